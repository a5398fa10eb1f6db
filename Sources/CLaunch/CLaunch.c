#include "CLaunch.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/auxv.h>

// The executable refers to no Py symbol: all are looked up in the library that was chosen when the program ran.

const char *pix_program(void) {
  const char *path = (const char *)getauxval(AT_EXECFN);
  return path ? path : "";
}

static const char *module_file;
static void (*set_error)(void *type, const char *text);
static void **import_error;

static void *raise_import_error(const char *reason) {
  set_error(*import_error, reason);
  return NULL;
}

// CPython calls this at the first `import pixcrawler`.
static void *import_module(void) {
  void *module = dlopen(module_file, RTLD_NOW | RTLD_LOCAL);
  if (!module) return raise_import_error(dlerror());
  void *(*initialize)(void) = (void *(*)(void))dlsym(module, "PyInit_pixcrawler");
  return initialize ? initialize() : raise_import_error(dlerror());
}

const char *pix_become_python(const char *library, const char *file, int argc, char **argv) {
  module_file = file;
  // Global, as NumPy's and every other extension module expects to find CPython's symbols.
  void *libpython = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
  if (!libpython) return dlerror();
  int (*append_inittab)(const char *, void *(*)(void)) =
      (int (*)(const char *, void *(*)(void)))dlsym(libpython, "PyImport_AppendInittab");
  int (*bytes_main)(int, char **) = (int (*)(int, char **))dlsym(libpython, "Py_BytesMain");
  // Before they are needed, because dlsym drops the text of an earlier dlerror.
  set_error = (void (*)(void *, const char *))dlsym(libpython, "PyErr_SetString");
  import_error = (void **)dlsym(libpython, "PyExc_ImportError");
  if (!append_inittab || !bytes_main || !set_error || !import_error) return "its library is not CPython's";
  if (file && append_inittab("pixcrawler", import_module) != 0) return "out of memory";
  exit(bytes_main(argc, argv));
}
