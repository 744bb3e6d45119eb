// SPDX-License-Identifier: Apache-2.0
#include "ir/Literal.h"
#include "ir/Dialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tenon::ir;

static int64_t product(ArrayRef<int64_t> shape) {
  int64_t n = 1;
  for (int64_t d : shape)
    n *= d;
  return n;
}

Literal::Literal(Type elementType, ArrayRef<int64_t> shape)
    : type(elementType), dims(shape), data(std::make_shared<std::vector<double>>(product(shape))) {}

Literal::Literal(Type elementType, ArrayRef<int64_t> shape, std::vector<double> values)
    : type(elementType), dims(shape), data(std::make_shared<std::vector<double>>(std::move(values))) {
  assert(product(shape) == static_cast<int64_t>(data->size()) && "a literal has as many values as its shape");
}

std::optional<Literal> Literal::fromAttribute(Attribute attribute) {
  auto elements = dyn_cast_or_null<ElementsAttr>(attribute);
  if (!elements)
    return std::nullopt;
  auto shaped = cast<ShapedType>(elements.getType());
  Literal result(shaped.getElementType(), shaped.getShape());
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    if (isa<FloatType>(shaped.getElementType())) {
      for (auto [i, value] : llvm::enumerate(dense.getValues<APFloat>()))
        result[i] = shaped.getElementType().isF32() ? value.convertToFloat() : value.convertToDouble();
    } else {
      for (auto [i, value] : llvm::enumerate(dense.getValues<APInt>()))
        result[i] = static_cast<double>(value.getSExtValue());
    }
    return result;
  }
  if (auto resource = dyn_cast<DenseF32ResourceElementsAttr>(attribute))
    if (auto values = resource.tryGetAsArrayRef()) {
      std::copy(values->begin(), values->end(), result.values().begin());
      return result;
    }
  return std::nullopt;
}

DenseElementsAttr Literal::toAttribute() const {
  auto shaped = RankedTensorType::get(dims, type);
  if (type.isF32()) {
    SmallVector<float> rounded(data->begin(), data->end());
    return DenseElementsAttr::get(shaped, ArrayRef<float>(rounded));
  }
  if (type.isF64())
    return DenseElementsAttr::get(shaped, ArrayRef<double>(*data));
  SmallVector<APInt> integers;
  for (double value : *data)
    integers.push_back(APInt(type.getIntOrFloatBitWidth(), static_cast<int64_t>(value), true));
  return DenseElementsAttr::get(shaped, integers);
}

Literal Literal::reshaped(ArrayRef<int64_t> shape) const {
  Literal result = *this;
  assert(product(shape) == size() && "reshape keeps the number of elements");
  result.dims.assign(shape.begin(), shape.end());
  return result;
}

Literal Literal::rounded() const {
  if (!type.isF32())
    return *this;
  Literal result(type, dims);
  for (int64_t i = 0; i < size(); ++i)
    result[i] = static_cast<float>((*this)[i]);
  return result;
}

void tenon::ir::forEachIndex(ArrayRef<int64_t> shape, llvm::function_ref<void(ArrayRef<int64_t>, int64_t)> body) {
  SmallVector<int64_t, 6> index(shape.size(), 0);
  int64_t count = product(shape);
  for (int64_t position = 0; position < count; ++position) {
    body(index, position);
    for (int64_t axis = shape.size() - 1; axis >= 0 && ++index[axis] == shape[axis]; --axis)
      index[axis] = 0;
  }
}

OpFoldResult tenon::ir::foldByEvaluate(Operation *op, ArrayRef<Attribute> operands) {
  constexpr int64_t largestFolded = 4096;
  auto resultType = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!resultType || !resultType.hasStaticShape() || resultType.getNumElements() > largestFolded ||
      resultType.getEncoding())
    return {};
  SmallVector<Literal> inputs, results;
  for (Attribute attribute : operands) {
    auto dense = dyn_cast_or_null<DenseElementsAttr>(attribute);
    if (!dense || dense.getNumElements() > largestFolded)
      return {};
    inputs.push_back(*Literal::fromAttribute(dense));
  }
  if (failed(cast<NodeInterface>(op).evaluate(inputs, results)))
    return {};
  return results[0].toAttribute();
}
