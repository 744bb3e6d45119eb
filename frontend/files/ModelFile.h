// SPDX-License-Identifier: Apache-2.0
// What a file with a model gives, whatever its format.
#pragma once
#include "frontend/files/CompileConfig.h"
#include <tenon/container.h>
#include <tenon/model.h>

namespace tenon::files {

struct ModelFile {
  Model model;
  std::optional<CompileConfig> compiled;
  std::vector<StoredVariable> state; // slots and hyper-parameters
};

} // namespace tenon::files
