#pragma once

/// syncfs(2), which Swift's view of glibc does not have: waits until the disk has all that was written to the file
/// system of an open file. Returns 0, or -1 with errno.
int pix_sync_file_system(int descriptor);
