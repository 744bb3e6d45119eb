// SPDX-License-Identifier: Apache-2.0
// What a program says of itself.
#pragma once
#include "codegen/Codegen.h"
#include "codegen/EntryPlan.h"

namespace tenon::codegen {

/// The module's variables that some entry reads or assigns, in the module's order: the program's variables.
std::vector<ir::VariableOp> usedVariables(mlir::ModuleOp module, const std::vector<EntryPlan> &plans);
/// Initial values one after another at 64-byte aligned offsets; variables without one take no room.
std::vector<char> packWeights(const std::vector<ir::VariableOp> &variables);
std::vector<char> buildManifest(const std::vector<EntryPlan> &plans, const KernelTable &table,
                                const std::vector<ir::VariableOp> &variables, const ir::Machine &machine,
                                const LowerOptions &options);

} // namespace tenon::codegen
