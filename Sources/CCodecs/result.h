#pragma once
#include <stdio.h>

#include "CCodecs.h"

static inline void pix_fail(pix_result *result, pix_status status, const char *message) {
  result->status = status;
  snprintf(result->message, sizeof result->message, "%s", message);
}
