// SPDX-License-Identifier: Apache-2.0
// The passes in their order.
#pragma once
#include "ir/target/Machine.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

namespace tenon::passes {

struct PipelineOptions {
  ir::Machine machine;
  /// Also build @train_step and @evaluate_step from @loss, @evaluate and the @update functions.
  bool training = false;
  /// Put work on weights into @prepare (predict then reads derived variables).
  bool prepare = true;
  /// Samples that a training step is priced for; programs take any number.
  int64_t batch = 32;
  /// Passes to leave out, by name: some of optionalPasses().
  std::vector<std::string> disabled = {};
};

/// The passes that make programs faster and that codegen does not need.
llvm::ArrayRef<std::string> optionalPasses();
/// Those of them that round otherwise than the layers say.
llvm::ArrayRef<std::string> roundingPasses();

/// Simplifies the module's functions until codegen can take them: every op but reads, assigns, constants and views
/// stands in a kernel. Emits diagnostics at the layers' locations and fails when a pass does.
mlir::LogicalResult optimize(mlir::ModuleOp module, const PipelineOptions &options);

/// The pipelines as `tenon-opt` runs them, and every pass by its name.
void buildInferencePipeline(mlir::OpPassManager &passes, const PipelineOptions &options);
void buildTrainingPipeline(mlir::OpPassManager &passes, const PipelineOptions &options);
void registerAllPasses();

} // namespace tenon::passes
