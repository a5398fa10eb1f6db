#include "CLaunch.h"

#include <dlfcn.h>
#include <stdio.h>

static const char *module_file;
static void *libpython_handle;

static void *fail_import(const char *reason) {
  void (*set_string)(void *, const char *) =
      (void (*)(void *, const char *))dlsym(libpython_handle, "PyErr_SetString");
  void **import_error = (void **)dlsym(libpython_handle, "PyExc_ImportError");
  if (set_string && import_error) set_string(*import_error, reason);
  return NULL;
}

static void *import_module(void) {
  void *module = dlopen(module_file, RTLD_NOW | RTLD_LOCAL);
  if (!module) return fail_import(dlerror());
  void *(*initialize)(void) = (void *(*)(void))dlsym(module, "PyInit_pixcrawler");
  return initialize ? initialize() : fail_import(dlerror());
}

int pix_become_python(
    const char *libpython, const char *module, int argc, char **argv, char *error, size_t error_bytes) {
  module_file = module;
  libpython_handle = dlopen(libpython, RTLD_NOW | RTLD_GLOBAL);
  if (!libpython_handle) {
    snprintf(error, error_bytes, "%s", dlerror());
    return -1;
  }
  int (*append)(const char *, void *(*)(void)) =
      (int (*)(const char *, void *(*)(void)))dlsym(libpython_handle, "PyImport_AppendInittab");
  int (*run)(int, char **) = (int (*)(int, char **))dlsym(libpython_handle, "Py_BytesMain");
  if (!append || !run || append("pixcrawler", import_module) != 0) {
    snprintf(error, error_bytes, "%s is no CPython 3 library", libpython);
    return -1;
  }
  return run(argc, argv);
}
