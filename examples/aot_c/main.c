/* SPDX-License-Identifier: Apache-2.0 */
/* A C99 program with a trained model linked in: no compiler, no Tenon installation, no library but libc and libm.
 *
 *   tenon compile digits.tenon -o digits --emit=object,header --tag=digits
 *   cc -std=c99 -I. -I<prefix>/include main.c digits.o -lm -o classify
 *   zcat digits.csv.gz | ./classify
 *
 * Reads images from standard input, one per line: 64 grey values from 0 to 16 separated by commas (a 65th number, the
 * class, is ignored). Prints the digit and its probability for each. */
#include "digits.h"

#include <stdio.h>
#include <stdlib.h>

enum {
  PIXELS = DIGITS_PREDICT_IMAGE_D1 * DIGITS_PREDICT_IMAGE_D2 * DIGITS_PREDICT_IMAGE_D3,
  CLASSES = DIGITS_PREDICT_DENSE_D1
};

/* The next line's pixels; 0 at the end of the input. */
static int readImage(float *image, int line) {
  char text[1024];
  char *position = text;
  if (!fgets(text, sizeof text, stdin))
    return 0;
  for (int pixel = 0; pixel < PIXELS; ++pixel) {
    char *end = position;
    image[pixel] = strtof(position, &end);
    if (end == position) {
      fprintf(stderr, "line %d: expected %d numbers separated by commas, got %d\n", line, PIXELS, pixel);
      exit(1);
    }
    position = end + (*end == ',');
  }
  return 1;
}

int main(void) {
  float image[PIXELS], probability[CLASSES];
  /* The caller owns all memory; the workspace is 64-byte aligned. malloc aligns less, so there is room to round up. */
  const int64_t bytes = digits_predict_workspace(1);
  char *memory = malloc((size_t)bytes + 64);
  if (!memory) {
    fprintf(stderr, "out of memory\n");
    return 1;
  }
  void *workspace = memory + (64 - (uintptr_t)memory % 64) % 64;
  const digits_predict_inputs inputs = {image};
  const digits_predict_outputs outputs = {probability};
  for (int line = 1; readImage(image, line); ++line) {
    const int status = digits_predict(&inputs, &outputs, 1, workspace, NULL);
    if (status) {
      fprintf(stderr, "digits_predict: status %d\n", status);
      return 1;
    }
    int best = 0;
    for (int class = 1; class < CLASSES; ++class)
      if (probability[class] > probability[best])
        best = class;
    printf("%d %.4f\n", best, probability[best]);
  }
  free(memory);
  return 0;
}
