// SPDX-License-Identifier: Apache-2.0
#include "codegen/ValuePlaces.h"
#include "ir/PackedLayout.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

mlir::Value tenon::codegen::storageOf(mlir::Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<ir::ReshapeOp, ir::ReshapeLikeOp>(op))
      return value;
    value = op->getOperand(0);
  }
  return value;
}

AffineExpr ValuePlaces::bytesOf(mlir::Value value) const {
  auto type = cast<RankedTensorType>(value.getType());
  int64_t size = std::max<unsigned>(1, type.getElementTypeBitWidth() / 8);
  if (type.getEncoding())
    return getAffineConstantExpr(ir::storedElements(type) * size, value.getContext());
  return shapes.elements(value) * size;
}

Place ValuePlaces::newBuffer(AffineExpr bytes, int64_t stage) {
  plan.buffers.push_back({bytes, stage, stage});
  return {Place::Arena, static_cast<unsigned>(plan.buffers.size() - 1)};
}

Place ValuePlaces::newConstant(ir::ConstantOp constant) {
  plan.constants.push_back(cast<DenseElementsAttr>(constant.getValue()));
  return {Place::Constant, static_cast<unsigned>(plan.constants.size() - 1)};
}

Place ValuePlaces::placeResult(mlir::Value result, int64_t stage) {
  auto known = places.find(result);
  if (known != places.end())
    return known->second;
  Place place = newBuffer(bytesOf(result), stage);
  bufferOf[result] = place.index;
  return places[result] = place;
}

void ValuePlaces::useUntil(mlir::Value storage, int64_t stage) {
  if (auto buffer = bufferOf.find(storage); buffer != bufferOf.end())
    plan.buffers[buffer->second].last = std::max(plan.buffers[buffer->second].last, stage);
}
