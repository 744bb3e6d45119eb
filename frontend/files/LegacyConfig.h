// SPDX-License-Identifier: Apache-2.0
// The JSON of older files (model_config, training_config), of Keras 2 and of Keras 3, in the form of .keras files, and
// back to Keras 3's.
#pragma once
#include <nlohmann/json.hpp>

namespace tenon::files {

/// What is not understood stays as it is, so that reading the model names it.
nlohmann::ordered_json fromLegacy(const nlohmann::ordered_json &model);
/// A compile_config.
nlohmann::ordered_json fromLegacyTraining(const nlohmann::ordered_json &training);

nlohmann::ordered_json toLegacy(nlohmann::ordered_json model);
nlohmann::ordered_json toLegacyTraining(nlohmann::ordered_json compileConfig);

} // namespace tenon::files
