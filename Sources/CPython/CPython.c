#define _GNU_SOURCE
#include <dlfcn.h>
#undef _GNU_SOURCE
#include "CPython.h"

static PyModuleDef definition = {PyModuleDef_HEAD_INIT};
static PyModuleDef_Slot slots[2];

PyObject *pix_module_init(
    const char *name, const char *doc, PyMethodDef *methods, int (*exec)(PyObject *)) {
  slots[0].slot = Py_mod_exec;
  slots[0].value = (void *)exec;
  definition.m_name = name;
  definition.m_doc = doc;
  definition.m_methods = methods;
  definition.m_slots = slots;
  return PyModuleDef_Init(&definition);
}

void *pix_box(PyObject *object) { return ((PixObject *)object)->box; }
void pix_set_box(PyObject *object, void *box) { ((PixObject *)object)->box = box; }

PyObject *pix_new(PyObject *type) {
  allocfunc allocate = (allocfunc)PyType_GetSlot((PyTypeObject *)type, Py_tp_alloc);
  return allocate((PyTypeObject *)type, 0);
}

unsigned int pix_type_flags(void) {
  return Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE;
}

PyObject *pix_call(PyObject *callable, PyObject *argument) {
  return PyObject_CallFunctionObjArgs(callable, argument, NULL);
}

void pix_free(PyObject *object) {
  PyTypeObject *type = Py_TYPE(object);
  freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
  release(object);
  Py_DecRef((PyObject *)type);
}

static PyObject *held(PyObject *object) {
  Py_IncRef(object);
  return object;
}

PyObject *pix_none(void) { return held(Py_None); }
PyObject *pix_type_error(void) { return PyExc_TypeError; }
PyObject *pix_value_error(void) { return PyExc_ValueError; }
PyObject *pix_buffer_error(void) { return PyExc_BufferError; }
PyObject *pix_exception(void) { return PyExc_Exception; }
PyObject *pix_index_error(void) { return PyExc_IndexError; }
PyObject *pix_import_error(void) { return PyExc_ImportError; }
PyObject *pix_module_not_found_error(void) { return PyExc_ModuleNotFoundError; }
int pix_is_none(PyObject *object) { return object == Py_None; }

int pix_parse_load_dataset(PyObject *arguments, PyObject *keywords, pix_load_arguments *parsed) {
  static char *names[] = {"job_id",     "api_key", "base_url", "max_workers", "timeout",      "verify_ssl",
                          "image_size", "resize",  "mode",     "on_error",    "memory_limit", NULL};
  return PyArg_ParseTupleAndKeywords(
      arguments, keywords, "O|zsndp$OsssO:load_dataset", names, &parsed->job_id, &parsed->api_key,
      &parsed->base_url, &parsed->max_workers, &parsed->timeout, &parsed->verify_ssl, &parsed->image_size,
      &parsed->resize, &parsed->mode, &parsed->on_error, &parsed->memory_limit);
}

int pix_parse_iter_batches(
    PyObject *arguments, PyObject *keywords, Py_ssize_t *batch_size, int *drop_last) {
  static char *names[] = {"batch_size", "drop_last", NULL};
  return PyArg_ParseTupleAndKeywords(arguments, keywords, "|np:iter_batches", names, batch_size, drop_last);
}

int pix_parse_stream(
    PyObject *arguments, PyObject *keywords, PyObject **parts, PyObject **batch_size, int *drop_last,
    int *planes) {
  static char *names[] = {"parts", "batch_size", "drop_last", "planes", NULL};
  return PyArg_ParseTupleAndKeywords(
      arguments, keywords, "|OOpp:_stream", names, parts, batch_size, drop_last, planes);
}

const char *pix_module_path(void) {
  Dl_info info;
  return dladdr((void *)&pix_module_path, &info) ? info.dli_fname : NULL;
}
