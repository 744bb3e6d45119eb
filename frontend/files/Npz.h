// SPDX-License-Identifier: Apache-2.0
// Weights in NumPy's .npz: one array per weight under its name in the model ("dense/kernel"), or, as
// numpy.savez(path, *model.get_weights()) writes them, "arr_0", "arr_1", ... in Keras's order.
#pragma once
#include "frontend/graph/ModelNode.h"

namespace tenon::files {

void writeNpzWeights(const std::string &path, const graph::ModelNode &model);
/// Sets the model's weights; an Error that lists what is missing, too much or of another shape leaves them as they
/// were.
void readNpzWeights(const std::string &path, const graph::ModelNode &model);

} // namespace tenon::files
