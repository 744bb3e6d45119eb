/* SPDX-License-Identifier: Apache-2.0 */
/* What the generated header of a program that trains says of each of its variables. Declarations only, C99. */
#ifndef TENON_VARIABLE_H
#define TENON_VARIABLE_H

#include <tenon/c_api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a variable is for; the numbers are the manifest's. */
typedef enum tenon_variable_kind {
  TENON_WEIGHT = 0,    /* trained or, in a frozen layer, constant */
  TENON_STATISTIC = 1, /* moving averages; with the weights, all that Model::loadWeights wants */
  TENON_SLOT = 2,      /* what the optimizer keeps for each weight */
  TENON_METRIC = 3,    /* running sums of loss and metrics, since reset_metrics */
  TENON_HYPER = 4,     /* learning rate, step counter, seed: may be written between calls */
  TENON_DERIVED = 5,   /* what prepare computes of the weights for predict */
  TENON_STATE = 6      /* of layers that go on where the last batch ended */
} tenon_variable_kind;

typedef struct tenon_variable {
  const char *name; /* "dense/kernel": its name in files of weights too */
  tenon_variable_kind kind;
  tenon_dtype dtype;
  int32_t trained;  /* 1: a weight that train_step changes; 0 for those of frozen layers */
  int32_t in_state; /* 1: lies in the caller's block of state; 0: a constant of the program */
  int32_t rank;
  int64_t dims[8]; /* the first rank of them count */
  int64_t bytes;
} tenon_variable;

#ifdef __cplusplus
}
#endif
#endif /* TENON_VARIABLE_H */
