// SPDX-License-Identifier: Apache-2.0
// From a module to a program in this process: passes::optimize, codegen::lower, codegen::jit in a row.
#pragma once
#include "codegen/Codegen.h"
#include "frontend/facade/CompilationCount.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "passes/Pipelines.h"
#include <functional>
#include <tenon/program.h>

namespace tenon::facade {

/// Runs something that says success by `mlir::LogicalResult`; on failure throws the first error it emitted as a
/// tenon::Error that starts with the layer's name. Warnings and remarks go to stderr.
void runDiagnosed(mlir::MLIRContext *context, llvm::function_ref<mlir::LogicalResult()> body);

/// Optimizes the module in place and lowers it.
std::unique_ptr<codegen::Compiled> compileModule(mlir::ModuleOp module, const passes::PipelineOptions &options,
                                                 const codegen::LowerOptions &lowering);

/// Links a compiled module into this process.
Program link(std::shared_ptr<const codegen::Compiled> compiled);

/// The program of a module for this machine, compiled unless one of the last programs came from the same text and
/// options. The module is optimized in place.
Program programOf(mlir::ModuleOp module, bool training, int64_t batch = passes::PipelineOptions().batch);

} // namespace tenon::facade
