// SPDX-License-Identifier: Apache-2.0
// What a subcommand reads: a model's file or a module's text.
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <map>
#include <optional>
#include <tenon/model.h>

namespace tenon::tools {

struct Input {
  std::string name;           // of the model
  std::optional<Model> model; // of a model's file
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::map<std::string, Array> values; // of its variables
};

/// What to change in a model before its module is written; an Error for a module, which has no layers.
struct Changes {
  std::string weights;             // a file of weights to take the place of the model's; "" for none
  std::vector<std::string> freeze; // see CompileSettings
};
/// Reads MODEL.tenon, MODEL.keras, MODEL.h5 or x.mlir; `training` adds the training functions of a model. An Error for any other file.
Input readInput(const std::string &path, mlir::MLIRContext &context, bool training, const Changes &changes = {});

bool hasEnding(const std::string &path, const std::string &ending);

/// Is it the name of a file of weights alone (.weights.h5, .npz; an .h5 may be either)?
bool isWeightsName(const std::string &path);

/// The module's text, large constants left out unless `all`.
std::string printModule(mlir::ModuleOp module, bool all);

} // namespace tenon::tools
