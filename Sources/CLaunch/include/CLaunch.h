#pragma once
#include <sys/select.h>

#include <stddef.h>

// Opens libpython, registers the module file as the built-in `pixcrawler`, and becomes CPython's own main.
// The file is opened when a script first imports it, so that a script that does not pays nothing for it.
// Returns CPython's exit status, or -1 with a reason in `error`. Every argument must live as long as the process.
int pix_become_python(
    const char *libpython, const char *module, int argc, char **argv, char *error, size_t error_bytes);
