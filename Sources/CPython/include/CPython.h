#pragma once
#include <sys/select.h>

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

// A Python object that owns a Swift object.
typedef struct {
  PyObject_HEAD
  void *box;
} PixObject;

// The module: one exec function, multi-phase initialization (PEP 489).
PyObject *pix_module_init(
    const char *name, const char *doc, PyMethodDef *methods, int (*exec)(PyObject *));

void *pix_box(PyObject *object);
void pix_set_box(PyObject *object, void *box);
PyObject *pix_new(PyObject *type);
// Type flags: made by the module only, immutable from Python.
unsigned int pix_type_flags(void);
// Frees the object's own memory and its hold on its type, once its box is gone.
void pix_free(PyObject *object);

// callable(argument)
PyObject *pix_call(PyObject *callable, PyObject *argument);

PyObject *pix_none(void);
PyObject *pix_type_error(void);
PyObject *pix_value_error(void);
PyObject *pix_buffer_error(void);
PyObject *pix_exception(void);
PyObject *pix_index_error(void);
PyObject *pix_import_error(void);
PyObject *pix_module_not_found_error(void);
int pix_is_none(PyObject *object);

// load_dataset(job_id, api_key, base_url, max_workers, timeout, verify_ssl, *, image_size, resize, mode, on_error,
// memory_limit); borrowed references, untouched where an argument is not given.
typedef struct {
  PyObject *job_id;
  const char *api_key;
  const char *base_url;
  Py_ssize_t max_workers;
  double timeout;
  int verify_ssl;
  PyObject *image_size;
  const char *resize;
  const char *mode;
  const char *on_error;
  PyObject *memory_limit;
} pix_load_arguments;
int pix_parse_load_dataset(PyObject *arguments, PyObject *keywords, pix_load_arguments *parsed);
// iter_batches(batch_size, drop_last)
int pix_parse_iter_batches(
    PyObject *arguments, PyObject *keywords, Py_ssize_t *batch_size, int *drop_last);

// _stream(parts, batch_size, drop_last, planes); borrowed references, untouched where an argument is not given.
int pix_parse_stream(
    PyObject *arguments, PyObject *keywords, PyObject **parts, PyObject **batch_size, int *drop_last,
    int *planes);

// The address of a function of this module's own file, and that file's path by dladdr(3); NULL when unknown.
const char *pix_module_path(void);
