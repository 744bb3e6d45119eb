// SPDX-License-Identifier: Apache-2.0
// Ops from what users wrote: where an op refuses its operands the user hears of it, where MLIR's own create would abort.
#pragma once
#include "ir/Dialect.h"

namespace tenon::graph {

using InferTypes = llvm::LogicalResult(mlir::MLIRContext *, std::optional<mlir::Location>, mlir::ValueRange,
                                       mlir::DictionaryAttr, mlir::OpaqueProperties, mlir::RegionRange,
                                       llvm::SmallVectorImpl<mlir::Type> &);
/// The op of a state whose result types are not known yet. An Error "<layer>: <what is wrong>" when `infer` fails.
mlir::Operation *createInferred(mlir::OpBuilder &builder, mlir::OperationState &state, InferTypes infer);

/// Op::create, with an Error where the types of its results cannot be inferred.
template <typename Op, typename... Args> Op create(mlir::OpBuilder &builder, mlir::Location loc, Args &&...args) {
  if constexpr (requires { static_cast<InferTypes *>(&Op::inferReturnTypes); }) {
    mlir::OperationState state(loc, Op::getOperationName());
    llvm::SmallVector<mlir::Type> unknown(Op::template hasTrait<mlir::OpTrait::OneResult>() ? 1 : 2);
    Op::build(builder, state, mlir::TypeRange(unknown), std::forward<Args>(args)...);
    return mlir::cast<Op>(createInferred(builder, state, &Op::inferReturnTypes));
  } else {
    return Op::create(builder, loc, std::forward<Args>(args)...);
  }
}

} // namespace tenon::graph
