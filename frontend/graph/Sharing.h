// SPDX-License-Identifier: Apache-2.0
// Layers and models that stand in several models of one description: `shared_object_id`, written and read.
#pragma once
#include "frontend/graph/ModelNode.h"
#include "nlohmann/json.hpp"
#include <map>

namespace tenon::graph {

inline constexpr const char *sharedId = "shared_object_id";

/// Which places of a shared layer get an id. AsKeras: Keras loses that of the first one where the model around it is
/// written before the layer comes up again (get_config returns a copy).
enum class SharedIds { All, AsKeras };

/// Gives the entries of shared layers in the model's JSON their `shared_object_id`.
void markShared(Json &json, const ModelNode &model, SharedIds ids);

/// The shared layers that have weights and those models around them ("d (in inner, outer)"); what an inner model that
/// is itself shared holds is not said again.
std::vector<std::string> sharedLayers(const ModelNode &model);
/// The shared layers for which Keras 3.15 does not load a .keras file that it, or Tenon, wrote: it makes a copy that
/// the file has no weights for, or confuses the calls in one model with those in another.
std::vector<std::string> refusedByKeras(const ModelNode &model);

/// The layers that are made while one description is read.
class SharedLayers {
public:
  /// The layer made for an earlier entry with this one's id; null when it is to be made.
  std::shared_ptr<LayerNode> find(const Json &entry) const;
  void record(const Json &entry, const std::shared_ptr<LayerNode> &layer);

private:
  std::map<std::string, std::shared_ptr<LayerNode>> byId;
};

} // namespace tenon::graph
