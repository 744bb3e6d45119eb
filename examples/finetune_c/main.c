/* SPDX-License-Identifier: Apache-2.0 */
/* A C99 program that goes on training a model: no compiler, no Tenon installation, no library but libc and libm.
 *
 * A reader of digits was trained on black digits on white paper; the camera that this program stands for sees them in
 * negative. One layer is frozen when the training step is compiled, the others learn anew:
 *
 *   tenon compile digits.tenon -o digits --train --freeze=conv2d_1 --emit=object,header --tag=digits
 *   cc -std=c99 -O1 -I. -I<prefix>/include main.c npz.c threads.c digits.o -pthread -lm -o finetune
 *   zcat digits.csv.gz | ./finetune tuned.npz [EPOCHS [THREADS [LEARNING_RATE]]]
 *   tenon compile digits.tenon --weights=tuned.npz --emit=exe        # a program with the new weights
 *
 * Reads labelled images from standard input, one per line: 64 grey values from 0 to 16 and the class, separated by
 * commas. Every fourth one is held out: training here does not see it (the first training may have, in positive). */
#include "digits.h"
#include "npz.h"
#include "threads.h"

#include <stdio.h>
#include <stdlib.h>

enum {
  PIXELS = DIGITS_TRAIN_STEP_IMAGE_D1 * DIGITS_TRAIN_STEP_IMAGE_D2 * DIGITS_TRAIN_STEP_IMAGE_D3,
  CLASSES = DIGITS_TRAIN_STEP_TARGET_DENSE_D1,
  WHITE = 16,
  BATCH = 32
};

typedef struct samples {
  float *images, *targets; /* targets: 1 at the class, else 0 */
  int count, room;
} samples;

typedef struct session {
  digits_variables variables;
  char *memory, *workspace;     /* what malloc gave: the state, then the workspace, which a call needs while it runs */
  const tenon_threads *threads; /* null for one */
} session;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static void grow(samples *s) {
  s->room = s->room ? 2 * s->room : 256;
  s->images = realloc(s->images, sizeof(float) * PIXELS * (size_t)s->room);
  s->targets = realloc(s->targets, sizeof(float) * CLASSES * (size_t)s->room);
  if (!s->images || !s->targets)
    fail("finetune", "out of memory");
}

/* One line's image, in negative, and its class. */
static void addSample(samples *s, const char *text, int line) {
  float values[PIXELS + 1];
  char *end;
  for (int i = 0; i <= PIXELS; ++i, text = end + (*end == ',')) {
    values[i] = strtof(text, &end);
    if (end == text || (i == PIXELS && !(values[i] >= 0 && values[i] < CLASSES))) {
      fprintf(stderr, "line %d: expected %d grey values and a class below %d\n", line, PIXELS, CLASSES);
      exit(1);
    }
  }
  if (s->count == s->room)
    grow(s);
  for (int i = 0; i < PIXELS; ++i)
    s->images[s->count * PIXELS + i] = WHITE - values[i];
  for (int i = 0; i < CLASSES; ++i)
    s->targets[s->count * CLASSES + i] = i == (int)values[PIXELS];
  ++s->count;
}

static void readSamples(samples *train, samples *held) {
  char text[1024];
  for (int line = 1; fgets(text, sizeof text, stdin); ++line)
    addSample(line % 4 ? train : held, text, line);
  if (!train->count || !held->count)
    fail("standard input", "expected four images or more, one per line");
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static session makeSession(const tenon_threads *threads) {
  session s;
  if (!digits_supported())
    fail("finetune", "this processor lacks instructions that the model was compiled for");
  const int64_t workspace = larger(larger(digits_train_step_workspace(BATCH), digits_predict_workspace(BATCH)),
                                   larger(larger(digits_prepare_workspace(), digits_reset_metrics_workspace()),
                                          digits_read_metrics_workspace()));
  s.threads = threads;
  s.memory = malloc((size_t)(DIGITS_STATE_BYTES + workspace + 64));
  if (!s.memory)
    fail("finetune", "out of memory");
  char *state = s.memory + (64 - (uintptr_t)s.memory % 64) % 64; /* malloc aligns less than the 64 bytes a program asks for */
  digits_variables_place(&s.variables, state); /* the weights' values come from the object */
  s.workspace = state + DIGITS_STATE_BYTES;
  return s;
}

static void freeAll(session *s, samples *train, samples *held) {
  free(s->memory);
  free(train->images);
  free(train->targets);
  free(held->images);
  free(held->targets);
}

/* One pass over the images in their order; prints what the metrics say of it. */
static void trainEpoch(session *s, const samples *train, const float *ones, int epoch) {
  digits_reset_metrics(&s->variables, s->workspace, s->threads);
  for (int at = 0; at < train->count; at += BATCH) {
    const int batch = train->count - at < BATCH ? train->count - at : BATCH;
    const digits_train_step_inputs inputs = {train->images + at * PIXELS, train->targets + at * CLASSES, ones};
    digits_train_step(&inputs, batch, &s->variables, s->workspace, s->threads);
  }
  float loss, accuracy;
  const digits_read_metrics_outputs outputs = {&loss, &accuracy};
  digits_read_metrics(&outputs, &s->variables, s->workspace, s->threads);
  printf("epoch %d: loss %.4f, accuracy %.4f\n", epoch, loss, accuracy);
}

/* How many of the held-out images are told right, and how sure the model is of the right digits on average. */
static void assess(session *s, const samples *held, const char *when) {
  int right = 0;
  double sure = 0;
  digits_prepare(&s->variables, s->workspace, s->threads); /* the weights have changed */
  for (int at = 0; at < held->count; at += BATCH) {
    const int batch = held->count - at < BATCH ? held->count - at : BATCH;
    float probabilities[BATCH * CLASSES];
    const digits_predict_inputs inputs = {held->images + at * PIXELS};
    const digits_predict_outputs outputs = {probabilities};
    digits_predict(&inputs, &outputs, batch, &s->variables, s->workspace, s->threads);
    for (int i = 0; i < batch; ++i) {
      const float *p = probabilities + i * CLASSES, *target = held->targets + (at + i) * CLASSES;
      int best = 0, class = 0;
      for (int c = 1; c < CLASSES; ++c) {
        best = p[c] > p[best] ? c : best;
        class = target[c] > 0 ? c : class;
      }
      right += best == class;
      sure += p[class];
    }
  }
  printf("%s: %d of %d right, %.9f sure of the right digit\n", when, right, held->count, sure / held->count);
}

static double numberArgument(int argc, char **argv, int index, double byDefault, double most) {
  if (index >= argc)
    return byDefault;
  char *end;
  const double value = strtod(argv[index], &end);
  if (end == argv[index] || *end || !(value > 0 && value <= most))
    fail(argv[index], "expected a number above 0 that is not too large");
  return value;
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 5) {
    fprintf(stderr, "usage: finetune WEIGHTS.npz [EPOCHS [THREADS [LEARNING_RATE]]] < digits.csv\n");
    return 2;
  }
  const int epochs = (int)numberArgument(argc, argv, 2, 5, 1000);
  int threadCount = (int)numberArgument(argc, argv, 3, 1, MAX_THREADS);
  const tenon_threads threads = {&threadCount, parallelFor};
  flushDenormals();
  samples train = {0}, held = {0};
  readSamples(&train, &held);
  float ones[BATCH];
  for (int i = 0; i < BATCH; ++i)
    ones[i] = 1; /* every sample counts alike */

  session s = makeSession(threadCount > 1 ? &threads : NULL);
  float *rate = s.variables.at[DIGITS_AT_OPTIMIZER_LEARNING_RATE]; /* by default the rate of the first training */
  *rate = (float)numberArgument(argc, argv, 4, *rate, 1);
  for (int i = 0; i < DIGITS_VARIABLE_COUNT; ++i)
    if (digits_variable_info[i].kind == TENON_WEIGHT && !digits_variable_info[i].trained)
      printf("frozen: %s\n", digits_variable_info[i].name);
  assess(&s, &held, "before");
  for (int epoch = 1; epoch <= epochs; ++epoch)
    trainEpoch(&s, &train, ones, epoch);
  assess(&s, &held, "after");

  const char *problem = writeWeights(argv[1], digits_variable_info, s.variables.at, DIGITS_VARIABLE_COUNT);
  if (problem)
    fail(argv[1], problem);
  freeAll(&s, &train, &held);
  return 0;
}
