// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "frontend/graph/ModelNode.h"
#include <memory>
#include <tenon/data.h>
#include <tenon/session.h>

namespace tenon::facade {

/// The gradients of a compiled model's loss for the weights that are trainable now, as the training step computes them
/// before any clipping. They are a program of their own, compiled when this is made, with copies of the
/// weights: the training is not touched.
class Gradients {
public:
  explicit Gradients(graph::ModelNode &model);
  /// By the weights' names, for one batch and the values that `training` has now.
  std::vector<std::pair<std::string, Array>> of(const Dataset &batch, Session &training);

private:
  std::unique_ptr<Session> session;
};

} // namespace tenon::facade
