// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "frontend/graph/ModelNode.h"
#include <tenon/events.h>

namespace tenon::facade {

/// A model's layers as TensorBoard shows them: a node per call, with the shapes of its results and weights; the layers of
/// a model inside it are in a box of its name.
std::vector<GraphNode> layerGraph(const graph::ModelNode &model);

} // namespace tenon::facade
