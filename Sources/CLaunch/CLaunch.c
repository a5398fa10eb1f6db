#include "CLaunch.h"

#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

// The executable refers to no Py symbol: all are looked up in the library that was chosen when the program ran.
static void *libpython;
static const char *module_file;

static void *raise_import_error(const char *reason) {
  void (*set_string)(void *, const char *) = (void (*)(void *, const char *))dlsym(libpython, "PyErr_SetString");
  void **import_error = (void **)dlsym(libpython, "PyExc_ImportError");
  if (set_string && import_error) set_string(*import_error, reason);
  return NULL;
}

// CPython calls this at the first `import pixcrawler`.
static void *import_module(void) {
  void *module = dlopen(module_file, RTLD_NOW | RTLD_LOCAL);
  if (!module) return raise_import_error(dlerror());
  void *(*initialize)(void) = (void *(*)(void))dlsym(module, "PyInit_pixcrawler");
  return initialize ? initialize() : raise_import_error(dlerror());
}

// Swift's runtime catches crashes to print them; a script's crash is between Python and its user.
static void restore_crash_signals(void) {
  static const int crashes[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
    struct sigaction action;
    if (sigaction(crashes[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) signal(crashes[i], SIG_DFL);
  }
}

const char *pix_become_python(const char *library, const char *file, int argc, char **argv) {
  module_file = file;
  // Global, as NumPy's and every other extension module expects to find CPython's symbols.
  libpython = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
  if (!libpython) return dlerror();
  int (*append_inittab)(const char *, void *(*)(void)) =
      (int (*)(const char *, void *(*)(void)))dlsym(libpython, "PyImport_AppendInittab");
  int (*bytes_main)(int, char **) = (int (*)(int, char **))dlsym(libpython, "Py_BytesMain");
  if (!append_inittab || !bytes_main) return dlerror();
  if (append_inittab("pixcrawler", import_module) != 0) return "out of memory";
  restore_crash_signals();
  exit(bytes_main(argc, argv));
}
