/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NPZ_H
#define NPZ_H

#include <tenon/variable.h>

/* Writes the weights and statistics among count variables, whose values lie at `at`, into a NumPy archive under their
 * names: what numpy.load, Model::loadWeights and `tenon ... --weights` read. The file is whole or as it was. Returns
 * null, or in words what went wrong. */
const char *writeWeights(const char *path, const tenon_variable *variables, void *const *at, int count);

#endif
