// SPDX-License-Identifier: Apache-2.0
// What passes did to which layers, and what they left alone and why: an attribute of the function, which `tenon compile
// --explain` prints.
#pragma once
#include "ir/Dialect.h"
#include "ir/Stages.h"
#include <cstdio>

namespace tenon::passes {

/// Adds "<pass>: <layer>: <text>" to the function that holds the op, once.
inline void addRemark(mlir::Operation *op, llvm::StringRef pass, mlir::Location layer, const llvm::Twine &text) {
  auto function = mlir::isa<mlir::func::FuncOp>(op) ? mlir::cast<mlir::func::FuncOp>(op) : op->getParentOfType<mlir::func::FuncOp>();
  mlir::Builder b(op->getContext());
  mlir::Attribute line = b.getStringAttr((pass + ": " + ir::layerName(layer) + ": " + text).str());
  llvm::SmallVector<mlir::Attribute> lines;
  if (auto known = function->getAttrOfType<mlir::ArrayAttr>(ir::remarksName))
    lines.append(known.begin(), known.end());
  if (!llvm::is_contained(lines, line)) {
    lines.push_back(line);
    function->setAttr(ir::remarksName, b.getArrayAttr(lines));
  }
}

/// A price as remarks print it.
inline std::string microseconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f us", seconds * 1e6);
  return text;
}

} // namespace tenon::passes
