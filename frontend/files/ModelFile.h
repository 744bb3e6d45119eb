// SPDX-License-Identifier: Apache-2.0
// What a file with a model gives, whatever its format.
#pragma once
#include "frontend/files/CompileConfig.h"
#include <string_view>
#include <tenon/container.h>
#include <tenon/model.h>

namespace tenon::files {

struct ModelFile {
  Model model;
  std::optional<CompileConfig> compiled;
  std::vector<StoredVariable> state; // slots and hyper-parameters
};

/// Parses a model's JSON, which `what` names in messages. An Error when it is none, or nested so deeply that only an attack
/// would be.
nlohmann::ordered_json parseDescription(std::string_view text, const std::string &what);

/// The model of Keras 3's JSON, its weights zeros, and with `compile` what its compile_config says, if it has one. An
/// Error lists all that is not supported by layer, type and option, or says that the model is larger than a file with
/// `dataBytes` of values can fill.
ModelFile makeModel(nlohmann::ordered_json description, bool compile, uint64_t dataBytes);

/// Runs body; what it throws gets the path in front.
template <typename Body> auto withPath(const std::string &path, Body &&body) {
  try {
    return body();
  } catch (const Error &error) {
    bool known = std::string_view(error.what()).starts_with(path + ": ");
    throw Error(known ? error.what() : path + ": " + error.what(), error.fault());
  } catch (const nlohmann::json::exception &error) { // a value of another kind than its place takes
    throw Error(path + ": its description is no Keras model: " + error.what());
  }
}

} // namespace tenon::files
