// What libjpeg-turbo alone can do: decodes the files named on standard input, held in memory, on THREADS threads, each
// into memory of its own that it uses again and again.
//
//   cc -O3 -o limit limit.c -ljpeg -lpthread && ls *.jpg | ./limit THREADS
//
// Prints "IMAGES SECONDS CPU_SECONDS". Default settings: accurate DCT, fancy upsampling, RGB.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>

typedef struct {
  unsigned char *bytes;
  size_t count;
} file;

static file *files;
static size_t file_count;
static atomic_size_t next;

static void decode(const file *input, unsigned char **pixels, size_t *room) {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, input->bytes, input->count);
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  size_t stride = (size_t)jpeg.output_width * 3, needed = stride * jpeg.output_height;
  if (needed > *room) {
    *pixels = realloc(*pixels, needed);
    *room = needed;
  }
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW rows[16];
    for (int i = 0; i < 16; i++) rows[i] = *pixels + stride * (jpeg.output_scanline + (unsigned)i);
    jpeg_read_scanlines(&jpeg, rows, 16);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
}

static void *work(void *unused) {
  unsigned char *pixels = NULL;
  size_t room = 0, index;
  while ((index = atomic_fetch_add(&next, 1)) < file_count) decode(&files[index], &pixels, &room);
  free(pixels);
  return unused;
}

static file read_file(const char *path) {
  FILE *stream = fopen(path, "rb");
  if (!stream) {
    perror(path);
    exit(1);
  }
  fseek(stream, 0, SEEK_END);
  file input = {.count = (size_t)ftell(stream)};
  rewind(stream);
  input.bytes = malloc(input.count);
  if (fread(input.bytes, 1, input.count, stream) != input.count) exit(1);
  fclose(stream);
  return input;
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  if (threads < 1 || threads > 64) return 2;
  char path[4096];
  while (fgets(path, sizeof path, stdin)) {
    path[strcspn(path, "\n")] = 0;
    files = realloc(files, (file_count + 1) * sizeof *files);
    files[file_count++] = read_file(path);
  }
  pthread_t running[64];
  double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < threads; i++) pthread_create(&running[i], NULL, work, NULL);
  for (int i = 0; i < threads; i++) pthread_join(running[i], NULL);
  printf(
      "%zu %.6f %.6f\n", file_count, seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
}
