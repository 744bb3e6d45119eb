// SPDX-License-Identifier: Apache-2.0
#include "codegen/ProgramTable.h"
#include "codegen/TargetMachine.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

using namespace llvm;

tenon::codegen::Object tenon::codegen::emitProgramTable(const Compiled &compiled) {
  LLVMContext context;
  Module module("table", context);
  Type *i32 = Type::getInt32Ty(context), *i64 = Type::getInt64Ty(context);
  PointerType *pointer = PointerType::get(context, 0);
  auto global = [&](Constant *value, GlobalValue::LinkageTypes linkage, const Twine &name, unsigned alignment) {
    auto *variable = new GlobalVariable(module, value->getType(), /*isConstant=*/true, linkage, value, name);
    variable->setAlignment(Align(alignment));
    return variable;
  };
  auto bytes = [&](const std::vector<char> &data, const Twine &name) -> Constant * {
    if (data.empty())
      return ConstantPointerNull::get(pointer);
    Constant *value = ConstantDataArray::getRaw(StringRef(data.data(), data.size()), data.size(), Type::getInt8Ty(context));
    return global(value, GlobalValue::InternalLinkage, name, 64);
  };
  auto function = [&](const std::string &name) {
    auto *declared = Function::Create(FunctionType::get(i64, {pointer}, false), GlobalValue::ExternalLinkage, name, module);
    declared->setVisibility(GlobalValue::HiddenVisibility);
    return declared;
  };
  StructType *entryType = StructType::get(pointer, pointer, pointer);
  SmallVector<Constant *> entries;
  for (const std::string &entry : compiled.entries) {
    Constant *name = global(ConstantDataArray::getString(context, entry), GlobalValue::InternalLinkage, "name", 1);
    std::string prefix = compiled.tag + "_" + entry;
    entries.push_back(ConstantStruct::get(entryType, {name, function(prefix + "_plan"), function(prefix + "_run")}));
  }
  Constant *entryArray = ConstantArray::get(ArrayType::get(entryType, entries.size()), entries);
  Constant *table = ConstantStruct::getAnon(
      {ConstantInt::get(i32, TENON_ABI_VERSION), ConstantInt::get(i32, entries.size()),
       global(entryArray, GlobalValue::InternalLinkage, "entries", 8), bytes(compiled.manifest, "manifest"),
       ConstantInt::get(i64, compiled.manifest.size()), bytes(compiled.weights, "weights"),
       ConstantInt::get(i64, compiled.weights.size())});
  global(table, GlobalValue::ExternalLinkage, compiled.tag + "_program", 8);
  return {compiled.tag + "_table", emitObject(module, compiled.machine)};
}
