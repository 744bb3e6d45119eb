// SPDX-License-Identifier: Apache-2.0
#include "passes/Pipelines.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

using namespace mlir;
using namespace tenon;

static void addCleanup(OpPassManager &passes) {
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

static const std::vector<std::string> optionalNames = {"fold-batch-norm", "fold-residual-projection", "merge-sibling-convolutions",
                                                  "fold-embedding", "sink-into-scan", "schedule-branches"};
ArrayRef<std::string> passes::optionalPasses() { return optionalNames; }
ArrayRef<std::string> passes::roundingPasses() { return ArrayRef(optionalNames).drop_back(); }

// Adds one of the optional passes unless it is left out.
static void addOptional(OpPassManager &passes, const passes::PipelineOptions &options, std::unique_ptr<Pass> pass) {
  assert(llvm::is_contained(optionalNames, pass->getArgument()) && "a pass that optionalPasses() does not name");
  if (!llvm::is_contained(options.disabled, pass->getArgument()))
    passes.addNestedPass<func::FuncOp>(std::move(pass));
}

void passes::buildInferencePipeline(OpPassManager &passes, const PipelineOptions &options) {
  addCleanup(passes);
  addOptional(passes, options, createFoldBatchNorm());
  addOptional(passes, options, createFoldResidualProjection()); // sees biases, not normalisations
  addOptional(passes, options, createMergeSiblingConvolutions(options.machine));
  addOptional(passes, options, createFoldEmbedding(options.machine, /*training=*/false, options.batch)); // takes the weights these made
  passes.addNestedPass<func::FuncOp>(createDecomposeNormalization());
  passes.addNestedPass<func::FuncOp>(createSplitGroups());
  passes.addNestedPass<func::FuncOp>(createFoldBroadcasts());
  addCleanup(passes);
  passes.addNestedPass<func::FuncOp>(createFormKernels(options.machine, options.training ? options.batch : 0));
  if (options.prepare)
    passes.addPass(createSplitPrepare()); // packing the weights moves too
  addOptional(passes, options, createScheduleBranches(options.machine)); // last: orders what is left
}

void passes::buildTrainingPipeline(OpPassManager &passes, const PipelineOptions &options) {
  addCleanup(passes);
  addOptional(passes, options, createFoldEmbedding(options.machine, /*training=*/true, options.batch)); // then gradients are looked up too
  addOptional(passes, options, createSinkIntoScan(options.machine));
  passes.addPass(createDifferentiate());
  passes.addPass(createBuildTrainStep());
  buildInferencePipeline(passes, options);
}

LogicalResult passes::describeMachine(std::optional<ir::Machine> &machine, const std::string &target, StringRef pass,
                                      MLIRContext *context) {
  if (machine)
    return success();
  std::string message;
  FailureOr<ir::Machine> named = ir::Machine::named(target, message);
  if (failed(named))
    return emitError(UnknownLoc::get(context)) << pass << ": " << message;
  machine = *named;
  return success();
}

LogicalResult passes::optimize(ModuleOp module, const PipelineOptions &options) {
  PassManager manager(module->getContext());
  manager.enableVerifier();
  if (options.training)
    buildTrainingPipeline(manager, options);
  else
    buildInferencePipeline(manager, options);
  return manager.run(module);
}

namespace {
struct TargetOption : PassPipelineOptions<TargetOption> {
  Option<std::string> target{*this, "target", llvm::cl::desc("the machine code is generated for"),
                             llvm::cl::init("host")};
};
} // namespace

using BuildPipeline = void (*)(OpPassManager &, const passes::PipelineOptions &);
static void registerPipeline(StringRef name, StringRef description, BuildPipeline build) {
  auto add = [build](OpPassManager &manager, StringRef text, llvm::function_ref<LogicalResult(const Twine &)> fail) {
    TargetOption option;
    if (failed(option.parseFromString(text)))
      return failure();
    std::string message;
    FailureOr<ir::Machine> machine = ir::Machine::named(option.target, message);
    if (failed(machine))
      return fail(message);
    passes::PipelineOptions options;
    options.machine = *machine;
    build(manager, options);
    return success();
  };
  registerPassPipeline(name, description, add, [](auto visit) { visit(TargetOption()); });
}

void passes::registerAllPasses() {
  registerTenonPasses();
  registerCanonicalizerPass();
  registerCSEPass();
  registerPipeline("tenon-inference", "@predict and @prepare as codegen takes them", buildInferencePipeline);
  registerPipeline("tenon-training", "the same with @train_step and @evaluate_step", buildTrainingPipeline);
}
