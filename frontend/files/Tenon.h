// SPDX-License-Identifier: Apache-2.0
// The .tenon file: Keras's JSON of the model with its compile_config, and all variables in the runtime's container.
#pragma once
#include "frontend/files/ModelFile.h"

namespace tenon::files {

void writeTenon(const std::string &path, const ModelFile &file);
/// The model with the file's weights. An Error that names the file and what is wrong with it.
ModelFile readTenon(const std::string &path);

} // namespace tenon::files
