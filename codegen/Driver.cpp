// SPDX-License-Identifier: Apache-2.0
#include "codegen/Driver.h"
#include "codegen/KernelEmitter.h"
#include "tenon/c_api.h"
#include <cstddef>

using namespace mlir;
using namespace tenon;
using namespace tenon::codegen;

static LLVM::LLVMFuncOp makeFunction(KernelBuilder &k, ModuleOp module, StringRef name, Type result, ArrayRef<Type> arguments,
                                     LLVM::Linkage linkage) {
  k.b.setInsertionPointToEnd(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(result, arguments);
  return LLVM::LLVMFuncOp::create(k.b, name, type, linkage);
}

void tenon::codegen::emitKernelFunction(ModuleOp module, const ir::Machine &machine, StringRef symbol) {
  MLIRContext *context = module.getContext();
  Kernel kernel(module);
  const Family *family = familyOf(kernel);
  KernelPlan plan = family->plan(kernel, machine);
  KernelBuilder k(UnknownLoc::get(context), context, machine);
  Block &body = kernel.body();
  unsigned operands = body.getNumArguments(), results = kernel.yields().size();
  SmallVector<Type> types(operands + results + 1, k.pointer);
  types.append(kernel.sizeCount() + 1, k.i64);
  // Equal kernels of two models linked into one program are one: weak, and named by content.
  auto function = makeFunction(k, module, symbol, LLVM::LLVMVoidType::get(context), types, LLVM::Linkage::WeakODR);
  function.setVisibility_(LLVM::Visibility::Hidden);
  Block *entry = function.addEntryBlock(k.b);
  k.b.setInsertionPointToStart(entry);
  KernelEmitter e(kernel, k, plan);
  for (unsigned i = 0; i < operands; ++i)
    e.arguments[body.getArgument(i)] = entry->getArgument(i);
  for (unsigned i = 0; i < results; ++i)
    e.results.push_back(entry->getArgument(operands + i));
  e.scratch = entry->getArgument(operands + results);
  for (unsigned i = 0; i < kernel.sizeCount(); ++i)
    e.sizes.push_back(entry->getArgument(operands + results + 1 + i));
  e.task = entry->getArguments().back();
  family->emit(e);
  LLVM::ReturnOp::create(k.b, ValueRange());
  for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
    if (isa<func::FuncOp>(op)) // the description the code came from
      op.erase();
  for (NamedAttribute attribute : llvm::to_vector(module->getAttrs()))
    module->removeAttr(attribute.getName());
}

namespace {
// The frame of one call: eight-byte slots that the stage functions read pointers and sizes from.
class EntryWriter {
public:
  EntryWriter(ModuleOp driver, const EntryPlan &plan, const KernelTable &table, const ir::Machine &machine, StringRef tag,
              ArrayRef<unsigned> variableIndex)
      : driver(driver), plan(plan), table(table), variableIndex(variableIndex), context(driver.getContext()),
        prefix((tag + "_" + plan.name).str()), k(UnknownLoc::get(context), context, machine) {}

  void write() {
    writePlan();
    collectSlots();
    for (size_t i = 0; i < plan.stages.size(); ++i)
      writeStage(i);
    writeRun();
  }

private:
  Values loadSymbols(Value pointer) {
    Values symbols;
    for (size_t i = 0; i < plan.symbols.size(); ++i)
      symbols.push_back(k.load(k.i64, k.offset(pointer, k.constant(i), k.i64)));
    return symbols;
  }

  // Offsets of all buffers and the arena's size.
  Values offsets(ArrayRef<Value> symbols, Value &arena) {
    Values bytes, at(plan.buffers.size());
    for (const Buffer &buffer : plan.buffers)
      bytes.push_back(k.mul(k.div(k.add(k.expression(buffer.bytes, symbols), 63), 64), 64));
    arena = k.constant(0);
    for (unsigned v : plan.memory.order) {
      at[v] = k.constant(0);
      for (unsigned u : plan.memory.below[v])
        at[v] = k.max(at[v], k.add(at[u], bytes[u]));
      arena = k.max(arena, k.add(at[v], bytes[v]));
    }
    return at;
  }

  // i64 plan(const i64 *symbols, i64 *output_dims)
  void writePlan() {
    auto function = makeFunction(k, driver, prefix + "_plan", k.i64, {k.pointer, k.pointer}, LLVM::Linkage::External);
    function.setVisibility_(LLVM::Visibility::Hidden);
    Block *entry = function.addEntryBlock(k.b);
    k.b.setInsertionPointToStart(entry);
    Values symbols = loadSymbols(entry->getArgument(0));
    using P = arith::CmpIPredicate;
    // The first failing check wins: from the last to the first.
    Value arena;
    offsets(symbols, arena);
    Value result = arena;
    auto unless = [&](Value ok, size_t code) { result = k.select(ok, result, k.constant(-1 - static_cast<int64_t>(code))); };
    for (size_t i = plan.checks.size(); i-- > 0;) {
      Value value = k.expression(plan.checks[i].value, symbols);
      unless(k.compare(plan.checks[i].kind == ir::ShapeCheck::Equal ? P::eq : P::sge, value, k.constant(0)), i);
    }
    // Sizes must be positive and all products small enough for 64 bits: judged in floating point, where nothing wraps.
    size_t general = plan.checks.size();
    Value total = k.splat(k.f64, 0);
    Values wide;
    for (Value symbol : symbols)
      wide.push_back(arith::SIToFPOp::create(k.b, k.f64, symbol));
    for (const Buffer &buffer : plan.buffers)
      total = arith::AddFOp::create(k.b, total, floating(buffer.bytes, wide));
    for (const ir::SymbolicShape &shape : plan.outputs) {
      Value product = k.splat(k.f64, 4);
      for (AffineExpr dim : shape)
        product = arith::MulFOp::create(k.b, product, floating(dim, wide));
      total = arith::AddFOp::create(k.b, total, product);
    }
    unless(arith::CmpFOp::create(k.b, arith::CmpFPredicate::OLT, total, k.splat(k.f64, 4e18)), general + 1);
    for (Value symbol : symbols)
      unless(k.compare(P::sgt, symbol, k.constant(0)), general);
    Value wanted = LLVM::ICmpOp::create(k.b, LLVM::ICmpPredicate::ne, entry->getArgument(1), LLVM::ZeroOp::create(k.b, k.pointer));
    k.when(wanted, [&] {
      int64_t at = 0;
      for (const ir::SymbolicShape &shape : plan.outputs)
        for (AffineExpr dim : shape)
          k.store(k.expression(dim, symbols), k.offset(entry->getArgument(1), k.constant(at++), k.i64));
    });
    LLVM::ReturnOp::create(k.b, result);
  }
  Value floating(AffineExpr expr, ArrayRef<Value> symbols) {
    if (auto c = dyn_cast<AffineConstantExpr>(expr))
      return k.splat(k.f64, static_cast<double>(c.getValue()));
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      return symbols[symbol.getPosition()];
    auto binary = cast<AffineBinaryOpExpr>(expr);
    Value l = floating(binary.getLHS(), symbols), r = floating(binary.getRHS(), symbols);
    switch (expr.getKind()) {
    case AffineExprKind::Add:
      return arith::AddFOp::create(k.b, l, r);
    case AffineExprKind::Mul:
      return arith::MulFOp::create(k.b, l, r);
    case AffineExprKind::Mod:
      return r;
    default:
      return arith::DivFOp::create(k.b, l, r);
    }
  }

  // Slots: every place and every size a kernel call needs, each once.
  unsigned slotOf(Place place) {
    for (auto [i, known] : llvm::enumerate(placeSlots))
      if (known == place)
        return i;
    placeSlots.push_back(place);
    return placeSlots.size() - 1;
  }
  unsigned slotOf(AffineExpr size) {
    for (auto [i, known] : llvm::enumerate(sizeSlots))
      if (known == size)
        return i;
    sizeSlots.push_back(size);
    return sizeSlots.size() - 1;
  }
  static bool isConstant(AffineExpr expr) { return isa<AffineConstantExpr>(expr); }
  void collectSlots() {
    for (const StagePlan &stage : plan.stages)
      for (const KernelCall &call : stage.calls) {
        for (Place place : llvm::concat<const Place>(call.operands, call.results))
          if (place.kind != Place::Nowhere)
            slotOf(place);
        if (call.scratch.kind != Place::Nowhere)
          slotOf(call.scratch);
        for (AffineExpr size : call.sizes)
          if (!isConstant(size))
            slotOf(size);
        if (!isConstant(call.tasks))
          slotOf(call.tasks);
      }
    for (const CopyPlan &copy : plan.copies) {
      slotOf(copy.from);
      slotOf(copy.to);
    }
  }
  Value slotAddress(Value frame, unsigned slot) { return k.offset(frame, k.constant(slot), k.i64); }
  Value placeIn(Value frame, Place place) {
    return place.kind == Place::Nowhere ? Value(LLVM::ZeroOp::create(k.b, k.pointer))
                                        : k.load(k.pointer, slotAddress(frame, slotOf(place)));
  }
  Value sizeIn(Value frame, AffineExpr size) {
    if (auto c = dyn_cast<AffineConstantExpr>(size))
      return k.constant(c.getValue());
    return k.load(k.i64, slotAddress(frame, placeSlots.size() + slotOf(size)));
  }

  LLVM::LLVMFuncOp declareKernel(const KernelCall &call) {
    StringRef symbol = table.kernels[call.kernel].symbol;
    if (auto known = driver.lookupSymbol<LLVM::LLVMFuncOp>(symbol))
      return known;
    OpBuilder::InsertionGuard guard(k.b);
    SmallVector<Type> types(call.operands.size() + call.results.size() + 1, k.pointer);
    types.append(call.sizes.size() + 1, k.i64);
    auto function = makeFunction(k, driver, symbol, LLVM::LLVMVoidType::get(context), types, LLVM::Linkage::External);
    function.setVisibility_(LLVM::Visibility::Hidden);
    return function;
  }

  std::string stageName(size_t index) { return prefix + "_stage" + std::to_string(index); }

  // void stage(frame, task): the task of the call whose range it falls into.
  void writeStage(size_t index) {
    const StagePlan &stage = plan.stages[index];
    for (const KernelCall &call : stage.calls)
      declareKernel(call);
    auto function = makeFunction(k, driver, stageName(index), LLVM::LLVMVoidType::get(context), {k.pointer, k.i64},
                                 LLVM::Linkage::Internal);
    Block *entry = function.addEntryBlock(k.b);
    k.b.setInsertionPointToStart(entry);
    Value frame = entry->getArgument(0);
    std::function<void(size_t, Value)> dispatch = [&](size_t i, Value task) {
      const KernelCall &call = stage.calls[i];
      auto run = [&] {
        Values arguments;
        for (Place place : llvm::concat<const Place>(call.operands, call.results))
          arguments.push_back(placeIn(frame, place));
        arguments.push_back(placeIn(frame, call.scratch));
        for (AffineExpr size : call.sizes)
          arguments.push_back(sizeIn(frame, size));
        arguments.push_back(task);
        LLVM::CallOp::create(k.b, declareKernel(call), arguments);
      };
      if (i + 1 == stage.calls.size())
        return run();
      Value count = sizeIn(frame, call.tasks);
      auto branch = scf::IfOp::create(k.b, TypeRange{}, k.compare(arith::CmpIPredicate::slt, task, count), true);
      OpBuilder::InsertionGuard guard(k.b);
      k.b.setInsertionPointToStart(branch.thenBlock());
      run();
      k.b.setInsertionPointToStart(branch.elseBlock());
      dispatch(i + 1, k.sub(task, count));
    };
    dispatch(0, entry->getArgument(1));
    LLVM::ReturnOp::create(k.b, ValueRange());
  }

  Value constantAddress(unsigned index) {
    std::string name = prefix + "_constant" + std::to_string(index);
    DenseElementsAttr value = plan.constants[index];
    auto type = cast<RankedTensorType>(value.getType());
    if (!driver.lookupSymbol(name)) {
      OpBuilder::InsertionGuard guard(k.b);
      k.b.setInsertionPointToStart(driver.getBody());
      auto flat = RankedTensorType::get({type.getNumElements()}, type.getElementType());
      auto array = LLVM::LLVMArrayType::get(type.getElementType(), type.getNumElements());
      LLVM::GlobalOp::create(k.b, array, true, LLVM::Linkage::Internal, name, value.reshape(flat), 64);
    }
    return LLVM::AddressOfOp::create(k.b, k.pointer, name);
  }

  // void run(const tenon_call *)
  void writeRun() {
    auto function = makeFunction(k, driver, prefix + "_run", LLVM::LLVMVoidType::get(context), {k.pointer}, LLVM::Linkage::External);
    function.setVisibility_(LLVM::Visibility::Hidden);
    Block *entry = function.addEntryBlock(k.b);
    k.b.setInsertionPointToStart(entry);
    Value call = entry->getArgument(0);
    auto member = [&](size_t bytes) { return k.load(k.pointer, k.offset(call, k.constant(bytes), k.i8)); };
    Value inputs = member(offsetof(tenon_call, inputs)), outputs = member(offsetof(tenon_call, outputs)),
          variables = member(offsetof(tenon_call, variables)), symbolArray = member(offsetof(tenon_call, symbols)),
          arena = member(offsetof(tenon_call, arena)), threads = member(offsetof(tenon_call, threads));
    Values symbols = loadSymbols(symbolArray);
    Value arenaBytes;
    Values at = offsets(symbols, arenaBytes);
    Value slots = k.constant(placeSlots.size() + sizeSlots.size() + 1);
    Value frame = LLVM::AllocaOp::create(k.b, k.pointer, k.i64, slots, /*alignment=*/8);
    auto element = [&](Value array, unsigned i) { return k.load(k.pointer, k.offset(array, k.constant(i), k.pointer)); };
    for (auto [slot, place] : llvm::enumerate(placeSlots)) {
      Value address;
      switch (place.kind) {
      case Place::Arena:
        address = k.offset(arena, at[place.index], k.i8);
        break;
      case Place::Input:
        address = element(inputs, place.index);
        break;
      case Place::Output:
        address = element(outputs, place.index);
        break;
      case Place::Variable:
        address = element(variables, variableIndex[place.index]);
        break;
      default:
        address = constantAddress(place.index);
      }
      k.store(address, slotAddress(frame, slot));
    }
    for (auto [slot, size] : llvm::enumerate(sizeSlots))
      k.store(k.expression(size, symbols), slotAddress(frame, placeSlots.size() + slot));

    Value null = LLVM::ZeroOp::create(k.b, k.pointer);
    Value alone = LLVM::ICmpOp::create(k.b, LLVM::ICmpPredicate::eq, threads, null);
    for (size_t i = 0; i < plan.stages.size(); ++i) {
      Value count = k.constant(0);
      for (const KernelCall &kernel : plan.stages[i].calls)
        count = k.add(count, sizeIn(frame, kernel.tasks));
      runStage(i, frame, count, alone, threads);
    }
    for (const CopyPlan &copy : plan.copies)
      LLVM::MemcpyOp::create(k.b, placeIn(frame, copy.to), placeIn(frame, copy.from), k.expression(copy.bytes, symbols), false);
    LLVM::ReturnOp::create(k.b, ValueRange());
  }

  void runStage(size_t index, Value frame, Value count, Value alone, Value threads) {
    auto stage = driver.lookupSymbol<LLVM::LLVMFuncOp>(stageName(index));
    auto serially = [&] {
      k.each(k.constant(0), count, k.constant(1), [&](Value task) { LLVM::CallOp::create(k.b, stage, ValueRange{frame, task}); });
    };
    auto known = KernelBuilder::constantOf(count);
    if (known && *known == 1)
      return serially();
    Value serial = arith::OrIOp::create(k.b, alone, k.compare(arith::CmpIPredicate::sle, count, k.constant(1)));
    auto branch = scf::IfOp::create(k.b, TypeRange{}, serial, true);
    OpBuilder::InsertionGuard guard(k.b);
    k.b.setInsertionPointToStart(branch.thenBlock());
    serially();
    k.b.setInsertionPointToStart(branch.elseBlock());
    Value pool = k.load(k.pointer, k.offset(threads, k.constant(offsetof(tenon_threads, pool)), k.i8));
    Value forkJoin = k.load(k.pointer, k.offset(threads, k.constant(offsetof(tenon_threads, parallel_for)), k.i8));
    Value task = LLVM::AddressOfOp::create(k.b, stage);
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(context), {k.pointer, k.pointer, k.pointer, k.i64});
    LLVM::CallOp::create(k.b, type, ValueRange{forkJoin, pool, task, frame, count});
  }

  ModuleOp driver;
  const EntryPlan &plan;
  const KernelTable &table;
  ArrayRef<unsigned> variableIndex;
  MLIRContext *context;
  std::string prefix;
  KernelBuilder k;
  std::vector<Place> placeSlots;
  std::vector<AffineExpr> sizeSlots;
};
} // namespace

void tenon::codegen::emitEntry(ModuleOp driver, const EntryPlan &plan, const KernelTable &table, const ir::Machine &machine,
                               StringRef tag, ArrayRef<unsigned> variableIndex) {
  EntryWriter(driver, plan, table, machine, tag, variableIndex).write();
}
