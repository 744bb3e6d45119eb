// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/picture/Diagrams.h"
#include "ir/Dialect.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace tenon::picture {
namespace {

std::string shapeText(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return "";
  std::string text = "(";
  for (auto [i, size] : llvm::enumerate(tensor.getShape()))
    text += (i ? ", " : "") + (ShapedType::isDynamic(size) ? std::string("?") : std::to_string(size));
  return text + ")";
}

/// The layers an op comes from, in the order of fusion.
void collectLayers(Location loc, llvm::SetVector<StringRef> &layers) {
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      collectLayers(part, layers);
  else if (auto name = dyn_cast<NameLoc>(loc))
    layers.insert(name.getName().getValue());
}

/// Words joined by `separator`, in lines of some 40 columns.
void addWrapped(std::vector<std::string> &lines, const std::string &start, llvm::ArrayRef<StringRef> words,
                const std::string &separator) {
  std::string line = start;
  bool first = true;
  for (StringRef word : words) {
    if (!first && line.size() + separator.size() + word.size() > 40) {
      lines.push_back(line + StringRef(separator).rtrim().str()); // a picture shows no blanks at a line's ends
      line.clear();
    } else if (!first) {
      line += separator;
    }
    line += word.str();
    first = false;
  }
  lines.push_back(line);
}

StringRef plainName(Operation &op) { return op.getName().stripDialect(); }

Kind kindOf(llvm::ArrayRef<StringRef> ops) {
  auto any = [&](std::initializer_list<StringRef> parts) {
    return llvm::any_of(
        ops, [&](StringRef op) { return llvm::any_of(parts, [&](StringRef part) { return op.contains(part); }); });
  };
  return any({"conv_", "conv"}) && !any({"convert"})               ? Kind::Convolution
         : any({"matmul", "scan"})                                 ? Kind::Linear
         : any({"pool"})                                           ? Kind::Pooling
         : any({"reduce", "softmax"})                              ? Kind::Normalization
         : any({"concat", "pad", "slice", "reshape", "transpose"}) ? Kind::Shaping
                                                                   : Kind::Activation;
}

Box boxOf(Operation &op) {
  Box box;
  std::vector<StringRef> ops;
  if (auto kernel = dyn_cast<ir::KernelOp>(op)) {
    std::string title = kernel.getName().str();
    if (auto schedule = kernel.getSchedule())
      title += " [" + schedule->getAlgorithm().str() + " " + std::to_string(schedule->getRows()) + "x" +
               std::to_string(schedule->getColumns()) + "]";
    box.lines.push_back(title);
    for (Operation &inner : kernel.getBody().front().without_terminator())
      if (!isa<ir::ConstantOp, ir::CountOp, ir::BroadcastLikeOp>(inner))
        ops.push_back(plainName(inner));
    addWrapped(box.lines, "", ops, " + ");
  } else {
    ops.push_back(plainName(op));
    box.lines.push_back(ops[0].str());
  }
  llvm::SetVector<StringRef> layers;
  collectLayers(op.getLoc(), layers);
  if (!layers.empty() && !(layers.size() == 1 && layers[0] == box.lines[0]))
    addWrapped(box.lines, "of ", layers.getArrayRef(), ", ");
  std::string shapes;
  for (Type type : op.getResultTypes())
    shapes += (shapes.empty() ? "" : " ") + shapeText(type);
  box.lines.push_back(shapes);
  box.kind = kindOf(ops);
  return box;
}

} // namespace

Diagram ofKernels(ModuleOp module, const std::string &name) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function || function.isDeclaration())
    throw Error("the module has no function @" + name + " to draw");
  Diagram diagram;
  diagram.title = (module.getSymName() ? module.getSymName()->str() + ", " : "") + "@" + name;
  DenseMap<Value, size_t> boxOfValue;
  auto add = [&](Box box) {
    diagram.boxes.push_back(std::move(box));
    return diagram.boxes.size() - 1;
  };
  auto connect = [&](ValueRange operands, size_t box) {
    for (Value operand : operands)
      if (auto found = boxOfValue.find(operand); found != boxOfValue.end())
        diagram.arrows.push_back({found->second, box});
  };
  auto nameOf = [](Attribute attribute, const std::string &fallback) {
    auto text = dyn_cast_or_null<StringAttr>(attribute);
    return text ? text.str() : fallback;
  };
  for (auto [i, argument] : llvm::enumerate(function.getArguments()))
    boxOfValue[argument] = add({{nameOf(function.getArgAttr(i, "tenon.name"), "argument " + std::to_string(i)), "input",
                                 shapeText(argument.getType())},
                                Kind::Input});
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (isa<ir::ReadOp, ir::ConstantOp, ir::AssignOp>(op))
      continue;
    size_t box = add(boxOf(op));
    connect(op.getOperands(), box);
    for (Value result : op.getResults())
      boxOfValue[result] = box;
  }
  for (auto [i, result] : llvm::enumerate(function.getBody().front().getTerminator()->getOperands())) {
    size_t box = add({{nameOf(function.getResultAttr(i, "tenon.name"), "result " + std::to_string(i)), "output",
                       shapeText(result.getType())},
                      Kind::Output});
    connect(result, box);
  }
  return diagram;
}

} // namespace tenon::picture
