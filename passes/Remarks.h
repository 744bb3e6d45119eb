// SPDX-License-Identifier: Apache-2.0
// What passes did to which layers, and what they left alone and why: an attribute of the function, which `tenon compile
// --explain` prints.
#pragma once
#include "ir/Dialect.h"
#include "ir/Stages.h"
#include <cstdio>

namespace tenon::passes {

/// Did the pass change the layer, or leave it as it was?
enum class Outcome { Applied, Missed };

/// Adds [pass, "applied" or "missed", layer, text] to the remarks of the function that holds the op, once.
inline void addRemark(mlir::Operation *op, llvm::StringRef pass, Outcome outcome, mlir::Location layer,
                      const llvm::Twine &text) {
  auto function = mlir::isa<mlir::func::FuncOp>(op) ? mlir::cast<mlir::func::FuncOp>(op)
                                                    : op->getParentOfType<mlir::func::FuncOp>();
  mlir::Builder b(op->getContext());
  std::string name = ir::layerName(layer), words = text.str();
  mlir::Attribute remark = b.getStrArrayAttr({pass, outcome == Outcome::Applied ? "applied" : "missed", name, words});
  llvm::SmallVector<mlir::Attribute> remarks;
  if (auto known = function->getAttrOfType<mlir::ArrayAttr>(ir::remarksName))
    remarks.append(known.begin(), known.end());
  if (!llvm::is_contained(remarks, remark)) {
    remarks.push_back(remark);
    function->setAttr(ir::remarksName, b.getArrayAttr(remarks));
  }
}

/// A price as remarks print it.
inline std::string microseconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f us", seconds * 1e6);
  return text;
}

} // namespace tenon::passes
