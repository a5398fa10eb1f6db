#define _GNU_SOURCE
#include "CDisk.h"

#include <unistd.h>

int pix_sync_file_system(int descriptor) { return syncfs(descriptor); }
