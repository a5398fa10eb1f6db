#include <sys/select.h>
