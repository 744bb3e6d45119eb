// SPDX-License-Identifier: Apache-2.0
#include "ir/ShapeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tenon::ir;

static std::optional<int64_t> constantOf(AffineExpr expr) {
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return c.getValue();
  return std::nullopt;
}

ShapeInference::ShapeInference(MLIRContext *context, std::optional<Location> loc, ValueRange operands,
                               ArrayRef<SymbolicShape> operandShapes, std::vector<ShapeCheck> *checks)
    : context(context), loc(loc), operands(operands), shapes(operandShapes), checks(checks) {}

LogicalResult ShapeInference::inferTypes(MLIRContext *context, std::optional<Location> loc, ValueRange operands,
                                         SmallVectorImpl<Type> &types,
                                         llvm::function_ref<LogicalResult(ShapeInference &)> infer) {
  SmallVector<SymbolicShape, 4> shapes;
  unsigned symbols = 0;
  for (Value operand : operands) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type)
      return emitOptionalError(loc, "expected a ranked tensor, got ", operand.getType());
    SymbolicShape &shape = shapes.emplace_back();
    for (int64_t size : type.getShape())
      shape.push_back(ShapedType::isDynamic(size) ? getAffineSymbolExpr(symbols++, context)
                                                  : getAffineConstantExpr(size, context));
  }
  ShapeInference inference(context, loc, operands, shapes, nullptr);
  if (failed(infer(inference)))
    return failure();
  for (const Result &result : inference.results()) {
    SmallVector<int64_t, 4> sizes;
    for (AffineExpr dim : result.shape)
      sizes.push_back(constantOf(dim).value_or(ShapedType::kDynamic));
    types.push_back(RankedTensorType::get(sizes, result.elementType, result.encoding));
  }
  return success();
}

RankedTensorType ShapeInference::type(unsigned operand) const {
  return cast<RankedTensorType>(operands[operand].getType());
}
Type ShapeInference::elementType(unsigned operand) const { return type(operand).getElementType(); }
AffineExpr ShapeInference::constant(int64_t value) const { return getAffineConstantExpr(value, context); }

LogicalResult ShapeInference::add(Type elementType, const SymbolicShape &shape, Attribute encoding) {
  added.push_back({elementType, shape, encoding});
  return success();
}

LogicalResult ShapeInference::fail(const Twine &message) { return emitOptionalError(loc, message.str()); }

// The difference where it is the same for all symbol values, whichever form the two are written in.
static std::optional<int64_t> constantDifference(AffineExpr a, AffineExpr b) {
  AffineExpr difference = a - b;
  if (auto value = constantOf(difference))
    return value;
  unsigned symbols = 0;
  difference.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      symbols = std::max(symbols, symbol.getPosition() + 1);
  });
  return constantOf(simplifyAffineExpr(difference, 0, symbols));
}

LogicalResult ShapeInference::requireEqual(AffineExpr a, AffineExpr b, const Twine &what) {
  AffineExpr difference = a - b;
  if (auto value = constantDifference(a, b))
    return *value == 0 ? success() : fail(what + ", got " + printExpr(a, {}) + " and " + printExpr(b, {}));
  if (checks)
    checks->push_back({ShapeCheck::Equal, difference, (layerName(*loc) + ": " + what).str()});
  return success();
}

LogicalResult ShapeInference::requireAtLeast(AffineExpr a, int64_t least, const Twine &what) {
  AffineExpr excess = a - least;
  if (auto value = constantOf(excess))
    return *value >= 0 ? success() : fail(what + ", got " + printExpr(a, {}));
  // A bare symbol is a size of an input, positive by the entry's own check.
  if (checks && !(least <= 1 && isa<AffineSymbolExpr>(a)))
    checks->push_back({ShapeCheck::NonNegative, excess, (layerName(*loc) + ": " + what).str()});
  return success();
}

LogicalResult ShapeInference::broadcast(const SymbolicShape &a, const SymbolicShape &b, SymbolicShape &result) {
  size_t rank = std::max(a.size(), b.size());
  AffineExpr one = constant(1);
  for (size_t i = 0; i < rank; ++i) {
    AffineExpr x = i + a.size() < rank ? one : a[i + a.size() - rank];
    AffineExpr y = i + b.size() < rank ? one : b[i + b.size() - rank];
    if (x != one && y != one &&
        failed(requireEqual(x, y,
                            "shapes " + printShape(a) + " and " + printShape(b) +
                                " do not broadcast: dimensions must be equal or 1")))
      return failure();
    // A constant says more than a symbol that must equal it.
    result.push_back(x == one || (y != one && constantOf(y)) ? y : x);
  }
  return success();
}

LogicalResult ShapeInference::windowOutput(AffineExpr size, int64_t kernel, int64_t stride, int64_t dilation,
                                           int64_t before, int64_t after, AffineExpr &result) {
  if (stride < 1 || dilation < 1 || kernel < 1)
    return fail("window, strides and dilations must be positive");
  if (before < 0) {
    result = (size + (stride - 1)).floorDiv(stride);
    return requireAtLeast(result, 1, "the output size must be at least 1");
  }
  AffineExpr span = size + (before + after - dilation * (kernel - 1) - 1);
  result = span.floorDiv(stride) + 1;
  return requireAtLeast(span, 0,
                        "the output size would be zero or negative: a window of " + Twine(dilation * (kernel - 1) + 1) +
                            " does not fit into an input of size " + printExpr(size + (before + after), {}) +
                            " (padding included)");
}

std::string tenon::ir::layerName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName().str();
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location inner : fused.getLocations())
      if (std::string name = layerName(inner); name != "op")
        return name;
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return layerName(call.getCallee());
  return "op";
}

// Operator precedence of an expression as text: 0 sums, 1 products, 2 atoms.
static std::pair<std::string, int> text(AffineExpr expr, ArrayRef<std::string> symbols) {
  if (auto c = constantOf(expr))
    return {std::to_string(*c), *c < 0 ? 0 : 2};
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return {symbol.getPosition() < symbols.size() ? symbols[symbol.getPosition()] : "?", 2};
  auto binary = cast<AffineBinaryOpExpr>(expr);
  auto [l, lp] = text(binary.getLHS(), symbols);
  auto [r, rp] = text(binary.getRHS(), symbols);
  auto group = [](const std::string &s, bool parens) { return parens ? "(" + s + ")" : s; };
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    if (auto c = constantOf(binary.getRHS()); c && *c < 0)
      return {l + " - " + std::to_string(-*c), 0};
    return {l + " + " + r, 0};
  case AffineExprKind::Mul:
    return {group(l, lp < 1) + " * " + group(r, rp < 1), 1};
  default: {
    const char *op = expr.getKind() == AffineExprKind::FloorDiv  ? " / "
                     : expr.getKind() == AffineExprKind::CeilDiv ? " ceildiv "
                                                                 : " mod ";
    return {group(l, lp < 2) + op + group(r, rp < 2), 1};
  }
  }
}
std::string tenon::ir::printExpr(AffineExpr expr, ArrayRef<std::string> symbols) { return text(expr, symbols).first; }

std::string tenon::ir::printShape(const SymbolicShape &shape, ArrayRef<std::string> symbols) {
  std::string out = "(";
  for (auto [i, dim] : llvm::enumerate(shape))
    out += (i ? ", " : "") + printExpr(dim, symbols);
  return out + (shape.size() == 1 ? ",)" : ")");
}
