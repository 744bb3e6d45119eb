// SPDX-License-Identifier: Apache-2.0
// Keras's older .h5 files, of Keras 2 and Keras 3: a whole model in one HDF5 file, or weights alone.
#pragma once
#include "frontend/files/ModelFile.h"
#include "frontend/files/OptimizerState.h"

namespace tenon::files {

/// The model with its weights, and with `compile` what it was compiled with and the optimizer's state. An Error as of
/// readKeras; one that says so when the file holds weights without a model.
ModelFile readLegacy(const std::string &path, bool compile);
/// Writes a whole model that Keras 3 loads (Keras 2 does not know Keras 3's layers' arguments).
void writeLegacy(const std::string &path, const ModelFile &file, const OptimizerState &state);
/// Writes the weights alone; the model may be loaded from them by the order of its layers.
void writeLegacyWeightFile(const std::string &path, const Model &model);

} // namespace tenon::files
