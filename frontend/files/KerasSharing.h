// SPDX-License-Identifier: Apache-2.0
// What Keras's own .keras files leave out about shared layers.
#pragma once
#include "frontend/files/Hdf5.h"
#include <nlohmann/json.hpp>

namespace tenon::files {

/// Gives the first entry of a shared layer the `shared_object_id` that Keras loses where that entry stands in a model
/// that is written before the layer comes up again. The entries that lack their first one are those without weights in
/// the file, which has them at the first place alone; that has the same name, class and options. An Error names a layer
/// for which several could be meant.
void completeIds(nlohmann::ordered_json &model, const Hdf5File &weights);

} // namespace tenon::files
