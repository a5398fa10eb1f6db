#pragma once

// The path by which this program was started: a symbolic link's own, relative or absolute.
const char *pix_program(void);

// Opens libpython, registers the module's file as the built-in `pixcrawler`, becomes CPython's own main, and exits
// with its status. The file is opened when a script first imports it, so a script that does not pays nothing for it.
// Without a module's file, the script imports what its environment has. Returns only if CPython could not be entered:
// why not. Every argument must live as long as the process.
const char *pix_become_python(const char *libpython, const char *module_file, int argc, char **argv);
