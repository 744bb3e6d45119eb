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
// What the eight-byte slots of a frame hold, from which stage functions read pointers and sizes: every place and every
// size that a call needs, each once.
class Frame {
public:
  unsigned slotOf(Place place) { return position(places, place); }
  unsigned slotOf(AffineExpr size) { return position(sizes, size); }
  void collect(const KernelCall &call) {
    for (Place place : llvm::concat<const Place>(call.operands, call.results))
      collect(place);
    collect(call.scratch);
    for (AffineExpr size : call.sizes)
      collect(size);
    collect(call.tasks);
  }
  void collect(Place place) {
    if (place.kind != Place::Nowhere)
      slotOf(place);
  }
  void collect(AffineExpr size) {
    if (size && !isa<AffineConstantExpr>(size))
      slotOf(size);
  }

  std::vector<Place> places;
  std::vector<AffineExpr> sizes;

private:
  template <typename T> static unsigned position(std::vector<T> &list, T item) {
    auto known = llvm::find(list, item);
    if (known != list.end())
      return known - list.begin();
    list.push_back(item);
    return list.size() - 1;
  }
};

class EntryWriter {
public:
  EntryWriter(ModuleOp driver, const EntryPlan &plan, const KernelTable &table, const ir::Machine &machine, StringRef tag,
              ArrayRef<unsigned> variableIndex)
      : driver(driver), plan(plan), table(table), variableIndex(variableIndex), context(driver.getContext()),
        prefix((tag + "_" + plan.name).str()), k(UnknownLoc::get(context), context, machine) {}

  void write() {
    writePlan();
    collectSlots();
    for (auto [i, stage] : llvm::enumerate(plan.stages)) {
      for (auto [j, loop] : llvm::enumerate(stage.loops))
        writeLoop(loop, loopName(i, j));
      writeStage(stageName(i), stage, frame);
    }
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

  void collectSlots() {
    for (const StagePlan &stage : plan.stages) {
      for (const KernelCall &call : stage.calls)
        frame.collect(call);
      for (const LoopPlan &loop : stage.loops) {
        for (const LoopValue &value : loop.values)
          frame.collect(value.base);
        for (const LoopPlan::Carried &carried : loop.carried)
          frame.collect(carried.last);
        for (AffineExpr size : {loop.steps, loop.rows, loop.blocks})
          frame.collect(size);
      }
    }
    for (const CopyPlan &copy : plan.copies) {
      frame.collect(copy.from);
      frame.collect(copy.to);
    }
  }
  Value slotAddress(Value base, unsigned slot) { return k.offset(base, k.constant(slot), k.i64); }
  Value placeIn(Frame &layout, Value base, Place place) {
    return place.kind == Place::Nowhere ? Value(LLVM::ZeroOp::create(k.b, k.pointer))
                                        : k.load(k.pointer, slotAddress(base, layout.slotOf(place)));
  }
  Value sizeIn(Frame &layout, Value base, AffineExpr size) {
    if (auto c = dyn_cast<AffineConstantExpr>(size))
      return k.constant(c.getValue());
    return k.load(k.i64, slotAddress(base, layout.places.size() + layout.slotOf(size)));
  }
  // The entry's symbols stand behind its slots: loops evaluate sizes for their blocks of rows.
  Value symbolSlots(Value base) { return slotAddress(base, frame.places.size() + frame.sizes.size()); }

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
  std::string loopName(size_t stage, size_t loop) { return stageName(stage) + "_loop" + std::to_string(loop); }
  static std::string stepName(StringRef loop, size_t step) { return (loop + "_step" + Twine(step)).str(); }

  LLVM::LLVMFuncOp internalFunction(StringRef name, ArrayRef<Type> arguments) {
    auto function = makeFunction(k, driver, name, LLVM::LLVMVoidType::get(context), arguments, LLVM::Linkage::Internal);
    k.b.setInsertionPointToStart(function.addEntryBlock(k.b));
    return function;
  }
  void call(StringRef function, ValueRange arguments) {
    LLVM::CallOp::create(k.b, driver.lookupSymbol<LLVM::LLVMFuncOp>(function), arguments);
  }

  // void stage(frame, task): the task of the call or loop whose range it falls into.
  void writeStage(StringRef name, const StagePlan &stage, Frame &layout) {
    for (const KernelCall &call : stage.calls)
      declareKernel(call);
    auto function = internalFunction(name, {k.pointer, k.i64});
    Value base = function.getArgument(0);
    SmallVector<std::pair<Value, std::function<void(Value)>>> parts;
    for (const KernelCall &kernel : stage.calls)
      parts.push_back({{}, [&](Value task) {
                         Values arguments;
                         for (Place place : llvm::concat<const Place>(kernel.operands, kernel.results))
                           arguments.push_back(placeIn(layout, base, place));
                         arguments.push_back(placeIn(layout, base, kernel.scratch));
                         for (AffineExpr size : kernel.sizes)
                           arguments.push_back(sizeIn(layout, base, size));
                         arguments.push_back(task);
                         LLVM::CallOp::create(k.b, declareKernel(kernel), arguments);
                       }});
    std::string loopsOf = name.str();
    for (size_t j = 0; j < stage.loops.size(); ++j)
      parts.push_back({{}, [this, base, loopsOf, j](Value task) { call(loopsOf + "_loop" + std::to_string(j), {base, task}); }});
    std::function<void(size_t, Value)> dispatch = [&](size_t i, Value task) {
      if (i + 1 == parts.size())
        return parts[i].second(task);
      Value count = i < stage.calls.size() ? sizeIn(layout, base, stage.calls[i].tasks)
                                           : blocksOf(stage.loops[i - stage.calls.size()], base);
      auto branch = scf::IfOp::create(k.b, TypeRange{}, k.compare(arith::CmpIPredicate::slt, task, count), true);
      OpBuilder::InsertionGuard guard(k.b);
      k.b.setInsertionPointToStart(branch.thenBlock());
      parts[i].second(task);
      k.b.setInsertionPointToStart(branch.elseBlock());
      dispatch(i + 1, k.sub(task, count));
    };
    dispatch(0, function.getArgument(1));
    LLVM::ReturnOp::create(k.b, ValueRange());
  }
  Value blocksOf(const LoopPlan &loop, Value base) {
    return loop.blocks ? sizeIn(frame, base, loop.blocks) : k.constant(1);
  }

  // void loop(frame, block of rows) and void loop_stepwise(frame, threads), which cuts every step into its tasks.
  void writeLoop(const LoopPlan &loop, const std::string &name) {
    Frame layout;
    for (unsigned i = 0; i < loop.values.size(); ++i)
      layout.slotOf(Place{Place::Loop, i});
    for (const StagePlan &stage : loop.stages)
      for (const KernelCall &call : stage.calls)
        layout.collect(call);
    for (auto [i, stage] : llvm::enumerate(loop.stages))
      writeStage(stepName(name, i), stage, layout);
    auto block = internalFunction(name, {k.pointer, k.i64});
    Value base = block.getArgument(0), first, count;
    if (loop.blocks) {
      Value rows = sizeIn(frame, base, loop.rows), blocks = blocksOf(loop, base), task = block.getArgument(1);
      first = k.div(k.mul(task, rows), blocks);
      count = k.sub(k.div(k.mul(k.add(task, 1), rows), blocks), first);
    }
    runLoop(loop, name, layout, base, first, count, {});
    LLVM::ReturnOp::create(k.b, ValueRange());
    auto stepwise = internalFunction(name + "_stepwise", {k.pointer, k.pointer});
    runLoop(loop, name, layout, stepwise.getArgument(0), {}, {}, stepwise.getArgument(1));
    LLVM::ReturnOp::create(k.b, ValueRange());
  }

  // The steps for `count` rows from `first` on (null: all); threads: where the tasks of a step run (null: here).
  void runLoop(const LoopPlan &loop, StringRef name, Frame &layout, Value outer, Value first, Value count, Value threads) {
    Values symbols = loadSymbols(symbolSlots(outer)), inner = symbols;
    if (count)
      inner[loop.rowSymbol] = count;
    Value own = LLVM::AllocaOp::create(k.b, k.pointer, k.i64, k.constant(layout.places.size() + layout.sizes.size() + 1), 8);
    for (auto [slot, size] : llvm::enumerate(layout.sizes))
      k.store(k.expression(size, inner), slotAddress(own, layout.places.size() + slot));
    auto fromFirst = [&](Value address, AffineExpr rowBytes) {
      return first && rowBytes ? k.offset(address, k.mul(first, k.expression(rowBytes, symbols)), k.i8) : address;
    };
    auto bytesOf = [&](AffineExpr bytes, AffineExpr rowBytes) {
      return count && rowBytes ? k.mul(count, k.expression(rowBytes, symbols)) : k.expression(bytes, symbols);
    };
    auto slot = [&](unsigned value) { return slotAddress(own, value); };
    Values bases;
    for (auto [i, value] : llvm::enumerate(loop.values)) {
      bases.push_back(fromFirst(placeIn(frame, outer, value.base), value.rowBytes));
      k.store(bases.back(), slot(i));
    }
    Value steps = sizeIn(frame, outer, loop.steps);
    k.each(k.constant(0), steps, k.constant(1), [&](Value step) {
      Value t = loop.reverse ? k.sub(k.sub(steps, k.constant(1)), step) : step;
      for (auto [i, value] : llvm::enumerate(loop.values)) {
        if (value.stepBytes)
          k.store(k.offset(bases[i], k.mul(t, k.expression(value.stepBytes, symbols)), k.i8), slot(i));
        if (value.otherBytes)
          k.store(k.offset(bases[i], k.mul(k.rem(step, k.constant(2)), k.expression(value.otherBytes, symbols)), k.i8), slot(i));
      }
      for (auto [i, stage] : llvm::enumerate(loop.stages)) {
        Value tasks = k.constant(0);
        for (const KernelCall &kernel : stage.calls)
          tasks = k.add(tasks, sizeIn(layout, own, kernel.tasks));
        // Weights that no cache holds are read to and fro: the last ones of one step are the first of the next.
        Value back = loop.stepwise ? k.compare(arith::CmpIPredicate::ne, k.rem(step, k.constant(2)), k.constant(0)) : Value();
        runTasks(stepName(name, i), own, tasks, threads, back);
      }
      for (const LoopPlan::Copy &copy : loop.copies)
        LLVM::MemcpyOp::create(k.b, k.load(k.pointer, slot(copy.to)), k.load(k.pointer, slot(copy.from)),
                               bytesOf(copy.bytes, loop.values[copy.to].rowBytes), false);
      Values next;
      for (const LoopPlan::Carried &carried : loop.carried)
        next.push_back(k.load(k.pointer, slot(carried.next)));
      for (auto [carried, address] : llvm::zip(loop.carried, next))
        k.store(address, slot(carried.value));
    });
    for (const LoopPlan::Carried &carried : loop.carried) {
      AffineExpr rowBytes = loop.values[carried.value].rowBytes;
      LLVM::MemcpyOp::create(k.b, fromFirst(placeIn(frame, outer, carried.last), rowBytes), k.load(k.pointer, slot(carried.value)),
                             bytesOf(carried.bytes, rowBytes), false);
    }
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
    size_t slots = frame.places.size() + frame.sizes.size();
    Value base = LLVM::AllocaOp::create(k.b, k.pointer, k.i64, k.constant(slots + symbols.size() + 1), /*alignment=*/8);
    auto element = [&](Value array, unsigned i) { return k.load(k.pointer, k.offset(array, k.constant(i), k.pointer)); };
    for (auto [slot, place] : llvm::enumerate(frame.places)) {
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
      k.store(k.offset(address, k.constant(place.offset), k.i8), slotAddress(base, slot));
    }
    for (auto [slot, size] : llvm::enumerate(frame.sizes))
      k.store(k.expression(size, symbols), slotAddress(base, frame.places.size() + slot));
    for (auto [i, symbol] : llvm::enumerate(symbols))
      k.store(symbol, slotAddress(base, slots + i));

    for (auto [i, stage] : llvm::enumerate(plan.stages))
      runStage(i, stage, base, threads);
    for (const CopyPlan &copy : plan.copies)
      LLVM::MemcpyOp::create(k.b, placeIn(frame, base, copy.to), placeIn(frame, base, copy.from), k.expression(copy.bytes, symbols), false);
    LLVM::ReturnOp::create(k.b, ValueRange());
  }

  void runStage(size_t index, const StagePlan &stage, Value base, Value threads) {
    auto inBlocks = [&] {
      Value count = k.constant(0);
      for (const KernelCall &kernel : stage.calls)
        count = k.add(count, sizeIn(frame, base, kernel.tasks));
      for (const LoopPlan &loop : stage.loops)
        count = k.add(count, blocksOf(loop, base));
      runTasks(stageName(index), base, count, threads);
    };
    if (stage.loops.size() != 1)
      return inBlocks();
    // One loop of one block: is a step worth a fork-join?
    const LoopPlan &loop = stage.loops[0];
    auto stepwise = [&] { call(loopName(index, 0) + "_stepwise", {base, threads}); };
    if (loop.stepwise)
      return stepwise();
    if (!loop.flops)
      return inBlocks();
    constexpr int64_t worthAFork = 400000; // a few microseconds
    Value flops = k.expression(loop.flops, loadSymbols(symbolSlots(base)));
    Value cut = k.andI(k.compare(arith::CmpIPredicate::sle, blocksOf(loop, base), k.constant(1)),
                       k.compare(arith::CmpIPredicate::sge, flops, k.constant(worthAFork)));
    auto branch = scf::IfOp::create(k.b, TypeRange{}, cut, true);
    OpBuilder::InsertionGuard guard(k.b);
    k.b.setInsertionPointToStart(branch.thenBlock());
    stepwise();
    k.b.setInsertionPointToStart(branch.elseBlock());
    inBlocks();
  }

  // A function's tasks 0 .. count-1, on the caller's threads where there are some (null: none) and more than one task.
  // back: whether one thread alone goes from the last to the first (null: no).
  void runTasks(StringRef function, Value base, Value count, Value threads, Value back = {}) {
    auto serially = [&] {
      Value last = k.sub(count, k.constant(1));
      k.each(k.constant(0), count, k.constant(1), [&](Value i) {
        call(function, {base, back ? k.select(back, k.sub(last, i), i) : i});
      });
    };
    auto known = KernelBuilder::constantOf(count);
    if (!threads || (known && *known == 1))
      return serially();
    Value alone = LLVM::ICmpOp::create(k.b, LLVM::ICmpPredicate::eq, threads, LLVM::ZeroOp::create(k.b, k.pointer));
    Value serial = arith::OrIOp::create(k.b, alone, k.compare(arith::CmpIPredicate::sle, count, k.constant(1)));
    auto branch = scf::IfOp::create(k.b, TypeRange{}, serial, true);
    OpBuilder::InsertionGuard guard(k.b);
    k.b.setInsertionPointToStart(branch.thenBlock());
    serially();
    k.b.setInsertionPointToStart(branch.elseBlock());
    Value pool = k.load(k.pointer, k.offset(threads, k.constant(offsetof(tenon_threads, pool)), k.i8));
    Value forkJoin = k.load(k.pointer, k.offset(threads, k.constant(offsetof(tenon_threads, parallel_for)), k.i8));
    Value task = LLVM::AddressOfOp::create(k.b, driver.lookupSymbol<LLVM::LLVMFuncOp>(function));
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(context), {k.pointer, k.pointer, k.pointer, k.i64});
    LLVM::CallOp::create(k.b, type, ValueRange{forkJoin, pool, task, base, count});
  }

  ModuleOp driver;
  const EntryPlan &plan;
  const KernelTable &table;
  ArrayRef<unsigned> variableIndex;
  MLIRContext *context;
  std::string prefix;
  KernelBuilder k;
  Frame frame; // of the entry
};
} // namespace

void tenon::codegen::emitEntry(ModuleOp driver, const EntryPlan &plan, const KernelTable &table, const ir::Machine &machine,
                               StringRef tag, ArrayRef<unsigned> variableIndex) {
  EntryWriter(driver, plan, table, machine, tag, variableIndex).write();
}
