// SPDX-License-Identifier: Apache-2.0
// Keras 3's files: `.keras` (a zip archive of config.json and model.weights.h5) and `.weights.h5`.
#pragma once
#include "frontend/files/ModelFile.h"

namespace tenon::files {

/// The model of a .keras file with its weights, and with `compile` what its compile_config says, if it has one. An
/// Error names the file and lists all that is not supported by layer, type and option.
ModelFile readKeras(const std::string &path, bool compile);
/// Sets a model's weights from a .weights.h5 or .keras file; an Error leaves them as they were.
void readKerasWeights(const std::string &path, const Model &model);

/// What a file's first bytes say it is.
enum class FileKind { Zip, Hdf5, Other };
/// An Error when the file cannot be read.
FileKind kindOf(const std::string &path);
/// The Error for a whole model in Keras 2's .h5 format.
[[noreturn]] void failLegacy(const std::string &path);

} // namespace tenon::files
