// SPDX-License-Identifier: Apache-2.0
// Keras 3's files: `.keras` (a zip archive of metadata.json, config.json and model.weights.h5) and `.weights.h5`.
#pragma once
#include "frontend/files/ModelFile.h"
#include "frontend/files/OptimizerState.h"

namespace tenon::files {

/// The model of a .keras file with its weights, and with `compile` what its compile_config says, if it has one, and the
/// optimizer's state; a warning when that belongs to another optimizer. An Error names the file and lists all that is not
/// supported by layer, type and option.
ModelFile readKeras(const std::string &path, bool compile);
/// Writes a .keras file that Keras 3 loads. An Error, of the disk for instance, leaves the old file as it was.
void writeKeras(const std::string &path, const ModelFile &file, const OptimizerState &state);

/// What a file's first bytes say it is.
enum class FileKind { Zip, Hdf5, Other };
/// An Error when the file cannot be read.
FileKind kindOf(const std::string &path);

/// The version whose files these are.
inline constexpr const char *kerasVersion = "3.15.1";

} // namespace tenon::files
