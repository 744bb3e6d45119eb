// SPDX-License-Identifier: Apache-2.0
// From a model or module to what artifacts are made of: values inside, work on weights done.
#pragma once
#include "codegen/Codegen.h"
#include "mlir/IR/OwningOpRef.h"
#include "passes/Pipelines.h"
#include <map>
#include <tenon/model.h>

namespace tenon::facade {

struct AheadOptions {
  ir::Machine machine = ir::Machine::host();
  /// With the training entries beside predict; weights then stay as they are and @prepare is an entry.
  bool training = false;
  int64_t batch = passes::PipelineOptions().batch;
  std::vector<std::string> disabledPasses = {}; // see passes::PipelineOptions
  std::string modelName = "model";
  std::string tag = "tenon"; // see codegen::LowerOptions
};

/// A model's module with @predict and, for training, what compile() added; an Error that names the model when it was
/// not compiled.
mlir::OwningOpRef<mlir::ModuleOp> moduleOf(const Model &model, mlir::MLIRContext &context, bool training);
/// The values of a model's variables, training state included.
std::map<std::string, Array> valuesOf(const Model &model);

/// Optimizes the module in place and lowers it with the variables' values embedded: those given by name, others as the
/// module says. When it only predicts and this machine can run the code, @prepare is run now and its results take the
/// place of the weights they came from. An Error that names the model when @predict is missing, @loss for training, or a
/// weight's value for prediction, and when a given value has another shape than its variable.
std::unique_ptr<codegen::Compiled> compileAhead(mlir::ModuleOp module, const std::map<std::string, Array> &values,
                                                const AheadOptions &options);

/// Where the prelinked main of executables lies: beside this library.
std::string runnerPath();

} // namespace tenon::facade
