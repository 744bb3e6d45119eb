// SPDX-License-Identifier: Apache-2.0
#include "codegen/Manifest.h"
#include "ir/PackedLayout.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "schema/manifest_generated.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;
namespace fb = tenon::schema;

std::vector<ir::VariableOp> tenon::codegen::usedVariables(ModuleOp module, const std::vector<EntryPlan> &plans) {
  llvm::StringSet<> used;
  for (const EntryPlan &plan : plans)
    for (const std::string &name : plan.variables)
      used.insert(name);
  std::vector<ir::VariableOp> variables;
  for (auto variable : module.getOps<ir::VariableOp>())
    if (used.contains(variable.getSymName()))
      variables.push_back(variable);
  return variables;
}

static RankedTensorType typeOf(ir::VariableOp variable) { return cast<RankedTensorType>(variable.getType()); }

// Bytes as they stand in memory: the panels of a packed type with their padding.
static int64_t bytesOf(RankedTensorType type) {
  return ir::storedElements(type) * std::max<unsigned>(1, type.getElementTypeBitWidth() / 8);
}
static bool hasInitial(ir::VariableOp variable) { return variable.getInitial() && !typeOf(variable).getEncoding(); }

std::vector<char> tenon::codegen::packWeights(const std::vector<ir::VariableOp> &variables) {
  std::vector<char> bytes;
  for (ir::VariableOp variable : variables) {
    if (!hasInitial(variable))
      continue;
    bytes.resize((bytes.size() + 63) / 64 * 64);
    int64_t size = bytesOf(typeOf(variable));
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(*variable.getInitial())) {
      ArrayRef<char> data = resource.getRawHandle().getBlob()->getData();
      bytes.insert(bytes.end(), data.begin(), data.end());
    } else {
      auto dense = cast<DenseElementsAttr>(*variable.getInitial());
      ArrayRef<char> raw = dense.getRawData();
      if (dense.isSplat())
        for (int64_t i = 0; i < size; i += raw.size())
          bytes.insert(bytes.end(), raw.begin(), raw.end());
      else
        bytes.insert(bytes.end(), raw.begin(), raw.end());
    }
  }
  return bytes;
}

namespace {
fb::DType dtypeOf(Type type) {
  if (type.isF32())
    return fb::DType::F32;
  if (type.isInteger(32))
    return fb::DType::I32;
  return type.isInteger(64) ? fb::DType::I64 : fb::DType::I8;
}
std::unique_ptr<fb::TensorSpecT> specOf(StringRef name, RankedTensorType type, const ir::SymbolicShape *shape,
                                        ArrayRef<std::string> symbols) {
  auto spec = std::make_unique<fb::TensorSpecT>();
  spec->name = name.str();
  spec->dtype = dtypeOf(type.getElementType());
  for (auto [axis, size] : llvm::enumerate(type.getShape())) {
    auto dim = std::make_unique<fb::DimT>();
    if (!ShapedType::isDynamic(size)) {
      dim->size = size;
      dim->text = std::to_string(size);
    } else {
      AffineExpr expr = (*shape)[axis];
      if (auto constant = dyn_cast<AffineConstantExpr>(expr))
        dim->size = constant.getValue();
      if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
        dim->symbol = symbol.getPosition();
      dim->text = ir::printExpr(expr, symbols);
    }
    spec->dims.push_back(std::move(dim));
  }
  return spec;
}
fb::Kind kindOf(StringRef kind) {
  return llvm::StringSwitch<fb::Kind>(kind)
      .Case("statistic", fb::Kind::Statistic)
      .Case("state", fb::Kind::State)
      .Case("slot", fb::Kind::Slot)
      .Case("metric", fb::Kind::Metric)
      .Case("hyper", fb::Kind::Hyper)
      .Case("derived", fb::Kind::Derived)
      .Default(fb::Kind::Weight);
}
} // namespace

std::vector<char> tenon::codegen::buildManifest(const std::vector<EntryPlan> &plans, const KernelTable &table,
                                                const std::vector<ir::VariableOp> &variables, const ir::Machine &machine,
                                                const LowerOptions &options) {
  fb::ManifestT manifest;
  manifest.abi = TENON_ABI_VERSION;
  manifest.producer = "tenon";
  manifest.model = options.modelName;
  manifest.target = machine.name;
  manifest.features = machine.required;
  llvm::StringSet<> assigned;
  for (const EntryPlan &plan : plans)
    for (const std::string &name : plan.assigned)
      assigned.insert(name);
  int64_t offset = 0;
  for (ir::VariableOp variable : variables) {
    auto entry = std::make_unique<fb::VariableT>();
    RankedTensorType type = typeOf(variable);
    entry->spec = specOf(variable.getSymName(), type, nullptr, {});
    if (type.getEncoding()) { // packed: a plain run of numbers to everyone but the kernels
      auto dim = std::make_unique<fb::DimT>();
      dim->size = bytesOf(type) / 4;
      dim->text = std::to_string(dim->size);
      entry->spec->dims.clear();
      entry->spec->dims.push_back(std::move(dim));
    }
    entry->kind = kindOf(variable.getKind());
    entry->trainable = variable.getTrainable();
    entry->mutable_ = assigned.contains(variable.getSymName());
    if (options.embedWeights && hasInitial(variable)) {
      offset = (offset + 63) / 64 * 64;
      entry->offset = offset;
      offset += bytesOf(type);
    }
    manifest.variables.push_back(std::move(entry));
  }
  for (const EntryPlan &plan : plans) {
    auto entry = std::make_unique<fb::EntryT>();
    entry->name = plan.name;
    entry->symbols = plan.symbols;
    func::FuncOp function = plan.function;
    auto shapes = *ir::SymbolicShapes::analyze(function);
    for (BlockArgument argument : function.getArguments())
      entry->inputs.push_back(specOf(ir::argumentName(function, argument.getArgNumber()),
                                     cast<RankedTensorType>(argument.getType()), &shapes[argument], plan.symbols));
    for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
      entry->outputs.push_back(specOf(ir::resultName(function, i), cast<RankedTensorType>(type), &plan.outputs[i], plan.symbols));
    for (const ir::ShapeCheck &check : plan.checks)
      entry->checks.push_back(check.message);
    entry->checks.push_back("every dimension must be 1 or more");
    entry->checks.push_back("the shapes are too large: sizes in bytes must fit 64 bits");
    AffineExpr flops;
    auto count = [&](AffineExpr more) { flops = !more ? flops : flops ? flops + more : more; };
    for (const StagePlan &stage : plan.stages) {
      auto written = std::make_unique<fb::StageT>();
      auto list = [&](const KernelCall &call) {
        written->kernels.push_back(table.kernels[call.kernel].symbol);
        written->layers.push_back(llvm::join(call.layers, "+"));
      };
      for (const KernelCall &call : stage.calls) {
        list(call);
        count(call.flops);
      }
      for (const LoopPlan &loop : stage.loops) {
        for (const StagePlan &step : loop.stages)
          llvm::for_each(step.calls, list);
        count(loop.flops ? loop.flops * loop.steps : AffineExpr());
      }
      entry->stages.push_back(std::move(written));
    }
    if (flops)
      entry->flops = ir::printExpr(flops, plan.symbols);
    manifest.entries.push_back(std::move(entry));
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(fb::Manifest::Pack(builder, &manifest), fb::ManifestIdentifier());
  auto *data = reinterpret_cast<const char *>(builder.GetBufferPointer());
  return std::vector<char>(data, data + builder.GetSize());
}
