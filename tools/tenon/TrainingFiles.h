// SPDX-License-Identifier: Apache-2.0
// What train, evaluate and predict read and write.
#pragma once
#include <tenon/model.h>

namespace tenon::tools {

/// The samples of a .npz file: arrays named after the model's inputs and outputs ("x", "y" where there is one) and
/// "sample_weight". An Error that lists what the file holds when one is missing. The targets may be missing where
/// `withTargets` is false.
/// `option` stands in front of what is wrong with the name.
Dataset readSamples(const std::string &option, const std::string &path, const Model &model, bool withTargets);

/// Writes a model, or, where the name is one of weights (.weights.h5, .npz), its weights.
void writeModel(const Model &model, const std::string &path);
/// An Error when writeModel cannot write there, before any work is done for it.
void checkModelName(const std::string &path);

/// Compiles the model anew with what the command line says; what it does not say stays as the file says it. Each entry
/// of `losses` and `metrics` is VALUE or OUTPUT=VALUE.
struct CompileSettings {
  std::string optimizer;
  std::vector<std::string> losses, metrics;
  /// Layers that training leaves as they are, by name; one of an inner model as "inner/layer".
  std::vector<std::string> freeze;
};
/// An Error that lists the model's layers when one of `freeze` is not among them.
/// `path`: the model's file, for errors.
void compileModel(const Model &model, const std::string &path, const CompileSettings &settings);

/// The names --callback takes.
std::vector<std::string> callbackNames();
/// A callback of --callback NAME,key=value,...; an Error that lists the callbacks there are.
CallbackHandle makeCallback(const std::string &text);

} // namespace tenon::tools
