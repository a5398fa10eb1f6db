#include "CRuntime.h"

#ifdef PIX_STATIC_SWIFT

// Swift's runtime would take over crashes, which are Python's and faulthandler's to tell, and print memory, in which
// keys lie: at a terminal unasked, elsewhere when SWIFT_BACKTRACE says so. It decides that in a static constructor,
// before any code of ours. Of that part (in Swift's sources: stdlib/public/runtime/Backtrace.cpp) the rest of the
// runtime needs but two names. They are given here, the settings as zeros, which is "off", and so the linker leaves the
// part out, its constructor with it.
const char pix_no_settings[256] __asm__("_swift_backtraceSettings");

_Bool pix_no_thunk(const char *function) __asm__("_swift_backtrace_isThunkFunction");
_Bool pix_no_thunk(const char *function) {
  (void)function;
  return 0;
}

#endif
