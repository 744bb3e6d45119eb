// SPDX-License-Identifier: Apache-2.0
// Every pass, one row each: why, before and after (the first function of tests/passes/<flag>.mlir), what must run before.
#ifndef TENON_PASSES_TD
#define TENON_PASSES_TD
include "mlir/Pass/PassBase.td"

def BuildTrainStep : Pass<"build-train-step", "::mlir::ModuleOp"> {
  let summary = "makes @train_step of the differentiated @loss and the @update functions";
  let description = [{
    @train_step is @loss's body with every gradient's @"update/<variable>" inlined right after the gradient is final, then
    @update. Each variable is read once at entry and assigned once at the end; the loss is no result (metrics carry it).
    @loss and the updates are gone, @evaluate is named @evaluate_step. A module without @loss keeps its other functions.
    An update with a second argument, a scalar, gets the sum of the squares of all gradients and comes after all of them.

    Before:
    ```mlir
    func.func @loss(%x: tensor<?x2xf32>) -> (tensor<f32>, tensor<2x1xf32> {tenon.gradient = "w"}) {
      ...
      return %loss, %gradient : tensor<f32>, tensor<2x1xf32>
    }
    func.func private @"update/w"(%gradient: tensor<2x1xf32>) {
      %w = tenon.read @w : tensor<2x1xf32>
      %0 = tenon.subtract %w, %gradient : tensor<2x1xf32>, tensor<2x1xf32>
      tenon.assign @w, %0 : tensor<2x1xf32>
      return
    }
    ```
    After:
    ```mlir
    func.func @train_step(%x: tensor<?x2xf32>) {
      %w = tenon.read @w : tensor<2x1xf32>
      ...
      %0 = tenon.subtract %w, %gradient : tensor<2x1xf32>, tensor<2x1xf32>
      tenon.assign @w, %0 : tensor<2x1xf32>
      return
    }
    ```
    Runs after `differentiate`.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let statistics = [Statistic<"updates", "updates", "Variables updated">];
}

def DecomposeNormalization : Pass<"decompose-normalization", "::mlir::func::FuncOp"> {
  let summary = "writes batch_norm and moments with elementwise ops and sums";
  let description = [{
    Nothing below a kernel knows normalisation: its vectors become small maps, its elementwise part joins the neighbours'
    kernels, the moments become two reductions.

    Before:
    ```mlir
    %mean, %variance = tenon.moments %x : tensor<?x4xf32>
    %y = tenon.batch_norm %x, %gamma, %beta, %mean, %variance {epsilon = 1.0e-3 : f64} : ...
    ```
    After:
    ```mlir
    %n = tenon.count %x {axes = array<i64: 0>} : tensor<?x4xf32>
    %sum = tenon.reduce_sum %x {axes = array<i64: 0>, keepdims = false} : tensor<?x4xf32>
    %mean = tenon.divide %sum, %n
    %centred = tenon.subtract %x, %mean
    %square = tenon.multiply %centred, %centred
    ...                                                    // variance likewise
    %deviation = tenon.sqrt (%variance + epsilon)
    %scale = tenon.divide %gamma, %deviation
    %y = (%x - %mean) * %scale + %beta
    ```
    Runs after `differentiate` (batch_norm's own gradient is the shorter one) and `fold-batch-norm`.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
}

def Differentiate : Pass<"differentiate", "::mlir::ModuleOp"> {
  let summary = "gives @loss a gradient result for every trainable variable it depends on";
  let description = [{
    Reverse mode through the ops' buildGradient, from the scalar @loss returns to each read of a trainable variable;
    gradients are added up where a value is used more than once or a variable read more than once. The results follow
    the loss in the order of the variables, each carrying the variable's name as `tenon.gradient`. A trainable variable
    the loss does not depend on has no result, and a remark says so. Without @loss, or when it has gradients already,
    nothing happens.

    Before:
    ```mlir
    func.func @loss(%x: tensor<?x2xf32>) -> tensor<f32> {
      %w = tenon.read @w : tensor<2x1xf32>
      %y = tenon.matmul %x, %w {transpose_lhs = false, transpose_rhs = false} : tensor<?x2xf32>, tensor<2x1xf32>
      %sum = tenon.reduce_sum %y {axes = array<i64: 0, 1>, keepdims = false} : tensor<?x1xf32>
      return %sum : tensor<f32>
    }
    ```
    After:
    ```mlir
    func.func @loss(%x: tensor<?x2xf32>) -> (tensor<f32>, tensor<2x1xf32> {tenon.gradient = "w"}) {
      ...
      %one = tenon.constant dense<1.0> : tensor<f32>
      %0 = tenon.broadcast_like %one like %y {axes = array<i64: 0, 1>} : tensor<f32> like tensor<?x1xf32>
      %1 = tenon.matmul %x, %0 {transpose_lhs = true, transpose_rhs = false} : tensor<?x2xf32>, tensor<?x1xf32>
      return %sum, %1 : tensor<f32>, tensor<2x1xf32>
    }
    ```
    Runs before `decompose-normalization` and `form-kernels`: kernels have no gradient.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
}

def FoldBatchNorm : Pass<"fold-batch-norm", "::mlir::func::FuncOp"> {
  let summary = "folds batch normalisation with stored statistics into the convolution or dense layer beside it";
  let description = [{
    With `scale = gamma / sqrt(variance + epsilon)`: `batch_norm(conv(x, k) + b) = conv(x, k * scale) + (b - mean) * scale
    + beta`, and for a batch_norm in front `conv(x * scale + shift, k) = conv(x, k * scale) + sum(k * shift)`, which is
    exact only where no padding is read; then every user must be such a layer. Depthwise and other grouped convolutions
    take it on both sides. Behind an activation it goes forward where it may. What folds into neither becomes `x * scale + shift`. The arithmetic is ordinary
    ops on weights, which `split-prepare` moves out. Functions that assign variables are left alone: they run with ever
    new weights and would pay for the fold at each call.

    Before:
    ```mlir
    %0 = tenon.conv %x, %k {...} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
    %1 = tenon.batch_norm %0, %gamma, %beta, %mean, %variance {epsilon = 1.0e-3 : f64} : ...
    ```
    After:
    ```mlir
    %scale = tenon.divide %gamma, (sqrt of %variance + epsilon)
    %folded = tenon.multiply %k, %scale : tensor<3x3x3x4xf32>, tensor<4xf32>
    %shift = tenon.subtract %beta, (%mean * %scale)
    %0 = tenon.conv %x, %folded {...} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
    %1 = tenon.add %0, %shift : tensor<?x8x8x4xf32>, tensor<4xf32>
    ```
    Runs before `decompose-normalization` and `form-kernels`.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let statistics = [Statistic<"folded", "folded", "Normalisations folded into weights">];
}

def FoldBroadcasts : Pass<"fold-broadcasts", "::mlir::func::FuncOp"> {
  let summary = "drops broadcasts that the elementwise op using them makes by itself";
  let description = [{
    Elementwise ops align shapes from the right, so a scalar, a vector repeated along leading axes or a value that keeps
    its axes as 1 needs no `broadcast_like` in front of one, provided another operand has the full shape. Gradients of
    sums are full of these; without them a kernel takes the small value alone.

    Before:
    ```mlir
    %0 = tenon.broadcast_like %scale like %x {axes = array<i64: 0>} : tensor<4xf32> like tensor<?x4xf32>
    %1 = tenon.multiply %0, %x : tensor<?x4xf32>, tensor<?x4xf32>
    ```
    After:
    ```mlir
    %1 = tenon.multiply %scale, %x : tensor<4xf32>, tensor<?x4xf32>
    ```
    Runs after `differentiate`, which makes them, and before `form-kernels`.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let statistics = [Statistic<"dropped", "dropped", "Broadcasts no longer needed by an op">];
}

def FoldEmbedding : Pass<"fold-embedding", "::mlir::func::FuncOp"> {
  let summary = "makes a table of an embedding's products with the layer behind it";
  let description = [{
    A convolution over time of an embedding's rows multiplies the same rows again and again: with every word's products
    in a table (words, window, filters) it adds looked-up rows, `conv(table[ids], k)[t] = sum_i (table * k_i)[ids[t + i]]`.
    A product of each row with a matrix is the row of a product. In a prediction `split-prepare` makes the table once for
    given weights; it may take twice the embedding's memory, or eight times L2. In @loss, and where variables are assigned, the table is
    made in each call and the cost model decides, at the batch that fit has or 32; the gradients, which are taken afterwards, are those of
    the table: sums where a word stands, and two products with as many rows as there are words.
    All users of the rows must be such layers, or take some of the positions (a recurrent layer's first step); what stands
    between (a dropout, a mask) keeps them apart.

    Before:
    ```mlir
    %0 = tenon.gather %table at %ids : tensor<50x64xf32>, tensor<?x100xi32>
    %1 = tenon.conv %0, %k {...} : tensor<?x100x64xf32>, tensor<3x64x8xf32>
    ```
    After:
    ```mlir
    %0 = tenon.transpose %k {permutation = array<i64: 1, 0, 2>} : tensor<3x64x8xf32>
    %1 = tenon.reshape %0 {shape = array<i64: 64, 24>} : tensor<64x3x8xf32>
    %2 = tenon.matmul %table, %1 {...} : tensor<50x64xf32>, tensor<64x24xf32>
    %3 = tenon.reshape %2 {shape = array<i64: 50, 3, 8>} : tensor<50x24xf32>
    %4 = tenon.gather_conv %3 at %ids {...} : tensor<50x3x8xf32>, tensor<?x100xi32>
    ```
    Runs on @loss before `sink-into-scan` and `differentiate` (training), on other functions after `fold-batch-norm` and
    `merge-sibling-convolutions`, whose weights it takes.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let options = [Option<"target", "target", "std::string", "\"host\"", "the machine the layers are priced for">,
                 Option<"training", "training", "bool", "false", "look at @loss, before differentiate; else at the others">,
                 Option<"batch", "batch", "int64_t", "32", "samples of a call that makes the table itself">];
  let statistics = [Statistic<"folded", "folded", "Embeddings whose rows are no longer gathered">];
}

def FoldResidualProjection : Pass<"fold-residual-projection", "::mlir::func::FuncOp"> {
  let summary = "makes a shortcut part of the weights of the layer it is added to";
  let description = [{
    `y = main(x) + projection(x)`, the projection being a 1x1 convolution of the same stride or a dense layer without
    activation, or x itself: when main is one layer that reads the same x, the projection's weights are added to the tap
    that reads the same pixel, and one layer remains (as RepVGG does). Without such a tap at every image size, with another
    stride or another input the biases move behind the sum, so that `form-kernels` makes one kernel of both layers: the
    projection's products go on in the main layer's accumulators, and neither result is stored. An identity shortcut of
    another input is added in the epilogue. Normalisations are folded before.

    Before:
    ```mlir
    %0 = tenon.conv %x, %k {...} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
    %1 = tenon.conv %x, %p {...} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
    %2 = tenon.add %0, %1 : tensor<?x8x8x4xf32>, tensor<?x8x8x4xf32>
    ```
    After:
    ```mlir
    %tap = tenon.pad %p {low = array<i64: 1, 1, 0, 0>, high = array<i64: 1, 1, 0, 0>, value = 0.0 : f64} : tensor<1x1x3x4xf32>
    %sum = tenon.add %k, %tap : tensor<3x3x3x4xf32>, tensor<3x3x3x4xf32>
    %2 = tenon.conv %x, %sum {...} : tensor<?x8x8x3xf32>, tensor<3x3x3x4xf32>
    ```
    Runs after `fold-batch-norm` and before `merge-sibling-convolutions`. Functions that assign variables are left alone.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let statistics = [Statistic<"folded", "folded", "Shortcuts that became part of weights">];
}

def MergeSiblingConvolutions : Pass<"merge-sibling-convolutions", "::mlir::func::FuncOp"> {
  let summary = "makes one layer of several that read one input alike";
  let description = [{
    Convolutions of one input with the same window, strides and padding, or dense layers of one input, followed by the same
    elementwise ops, become one with the filters side by side: the input is read once, narrow layers fill the register tile
    together. What each had is a slice of columns, which those who use it read in place. A result that would have to be
    copied (a part of a concatenation, a result of the function, a view) keeps its layer, and so does everything when the
    cost model finds the merged layer no cheaper.

    Before:
    ```mlir
    %0 = tenon.conv %x, %a {...} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
    %1 = tenon.conv %x, %b {...} : tensor<?x8x8x3xf32>, tensor<1x1x3x4xf32>
    ```
    After:
    ```mlir
    %k = tenon.concat %a, %b {axis = 3 : i64} : tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>
    %y = tenon.conv %x, %k {...} : tensor<?x8x8x3xf32>, tensor<1x1x3x8xf32>
    %0 = tenon.slice %y {axis = 3 : i64, start = 0 : i64, size = 4 : i64} : tensor<?x8x8x8xf32>
    %1 = tenon.slice %y {axis = 3 : i64, start = 4 : i64, size = 4 : i64} : tensor<?x8x8x8xf32>
    ```
    Runs after `fold-batch-norm`, which makes the layers alike, and before `form-kernels`. Functions that assign variables
    are left alone.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let options = [Option<"target", "target", "std::string", "\"host\"", "the machine the layers are priced for">];
  let statistics = [Statistic<"merged", "merged", "Groups of layers merged">];
}

def ScheduleBranches : Pass<"schedule-branches", "::mlir::func::FuncOp"> {
  let summary = "orders the kernels of a fork branch by branch, or level by level where that is cheaper";
  let description = [{
    Between two places where only one value is alive lies a fork with its branches. Branch by branch, each kernel with every
    core, keeps least memory alive; level by level, kernels that do not need one another share a fork-join and fill the
    cores together. The cost model prices both for the machine's cores; levels must gain a hundredth. Kernels that run by
    themselves carry `tenon.own_stage`, which code generation reads. Both prices stand in the function's remarks.

    Before:
    ```mlir
    %0 = tenon.kernel "a1"(%x) ...
    %1 = tenon.kernel "b1"(%x) ...
    %2 = tenon.kernel "a2"(%0) ...
    %3 = tenon.kernel "b2"(%1) ...
    %4 = tenon.kernel "join"(%2, %3) ...
    ```
    After:
    ```mlir
    %0 = tenon.kernel "a1"(%x) ... {tenon.own_stage}
    %2 = tenon.kernel "a2"(%0) ... {tenon.own_stage}
    %1 = tenon.kernel "b1"(%x) ... {tenon.own_stage}
    %3 = tenon.kernel "b2"(%1) ... {tenon.own_stage}
    %4 = tenon.kernel "join"(%2, %3) ... {tenon.own_stage}
    ```
    Runs last, after `split-prepare`. Functions that assign variables are left alone: their order decides what may be
    overwritten.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let options = [Option<"target", "target", "std::string", "\"host\"", "the machine the branches are priced for">];
  let statistics = [Statistic<"sharedForks", "shared", "Forks whose kernels share fork-joins">,
                    Statistic<"serialForks", "serial", "Forks whose kernels run one after another">];
}

def FormKernels : Pass<"form-kernels", "::mlir::func::FuncOp"> {
  let summary = "groups ops into kernels, the units of code generation";
  let description = [{
    One kernel is one pass over memory. A contraction takes the elementwise ops that follow it as its epilogue (bias,
    activation, residual add) and the contractions whose results are added to its own (they are summed in the same
    accumulators); elementwise ops over one shape become one map, sums and maxima over one shape and the
    same axes become one reduction with its elementwise prologue; anything else stands alone. Constants, counts and
    broadcasts are repeated in every kernel that uses them. A contraction's weights are laid out by `tenon.pack` in a
    kernel of its own, in panels as wide as the register tile the cost model chose.

    Before:
    ```mlir
    %0 = tenon.matmul %image, %kernel {...} : tensor<?x64xf32>, tensor<64x32xf32>
    %1 = tenon.add %0, %bias : tensor<?x32xf32>, tensor<32xf32>
    %2 = tenon.relu %1 : tensor<?x32xf32>
    ```
    After:
    ```mlir
    %0 = tenon.kernel "dense"(%kernel) : (tensor<64x32xf32>) -> tensor<64x32xf32, #tenon.packed<...>> {
    ^bb0(%a: tensor<64x32xf32>):
      %3 = tenon.pack %a as <panel = 16, backward = false> : tensor<64x32xf32>
      tenon.yield %3 : tensor<64x32xf32, #tenon.packed<...>>
    }
    %2 = tenon.kernel "dense"(%image, %0, %bias) schedule <gemm, tile = 6 by 16> : (...) -> tensor<?x32xf32> {
    ^bb0(%a: tensor<?x64xf32>, %b: tensor<64x32xf32, #tenon.packed<...>>, %c: tensor<32xf32>):
      %3 = tenon.matmul %a, %b {...} : tensor<?x64xf32>, tensor<64x32xf32, #tenon.packed<...>>
      %4 = tenon.add %3, %c : tensor<?x32xf32>, tensor<32xf32>
      %5 = tenon.relu %4 : tensor<?x32xf32>
      tenon.yield %5 : tensor<?x32xf32>
    }
    ```
    Runs last of the simplifying passes: after `decompose-normalization` (no kernel body holds batch_norm or moments) and
    after cse (equal ops in two kernels are not found again).
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let options = [Option<"target", "target", "std::string", "\"host\"", "the machine whose register tiles are chosen">,
                 Option<"batch", "batch", "int64_t", "0", "samples that the tiles are chosen for; 0: any number, in blocks of a scan 16">];
  let statistics = [Statistic<"kernels", "kernels", "Kernels formed">,
                    Statistic<"epilogueOps", "epilogue-ops", "Elementwise ops that joined a contraction">];
}

def SinkIntoScan : Pass<"sink-into-scan", "::mlir::func::FuncOp"> {
  let summary = "moves the input product of a recurrent layer's training into its loop";
  let description = [{
    A recurrent layer's input product over all steps is written out and read back once in each direction. Where both weights
    fit half of L2 next to the loop, the product of one step is added in the accumulators of the recurrent one instead, and
    nothing is stored between. Only @loss: a prediction's product over all steps serves few rows better, and its bits
    must not depend on how many there are.

    Before:
    ```mlir
    %0 = tenon.matmul %x, %w {...} : tensor<5x?x3xf32>, tensor<3x4xf32>
    %1 = tenon.add %0, %b : tensor<5x?x4xf32>, tensor<4xf32>
    %2 = tenon.scan over(%1) carry(%h) with(%u) : (...) -> tensor<?x4xf32> {
    ^bb0(%g: tensor<?x4xf32>, %c: tensor<?x4xf32>, %v: tensor<4x4xf32>):
      %3 = tenon.matmul %c, %v {...} : tensor<?x4xf32>, tensor<4x4xf32>
      %4 = tenon.add %3, %g : tensor<?x4xf32>, tensor<?x4xf32>
      ...
    ```
    After:
    ```mlir
    %2 = tenon.scan over(%x) carry(%h) with(%u, %w, %b) : (...) -> tensor<?x4xf32> {
    ^bb0(%e: tensor<?x3xf32>, %c: tensor<?x4xf32>, %v: tensor<4x4xf32>, %k: tensor<3x4xf32>, %a: tensor<4xf32>):
      %3 = tenon.matmul %c, %v {...} : tensor<?x4xf32>, tensor<4x4xf32>
      %4 = tenon.matmul %e, %k {...} : tensor<?x3xf32>, tensor<3x4xf32>
      %5 = tenon.add %3, %4 : tensor<?x4xf32>, tensor<?x4xf32>
      %6 = tenon.add %5, %a : tensor<?x4xf32>, tensor<4xf32>
      ...
    ```
    Runs before `differentiate`.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let options = [Option<"target", "target", "std::string", "\"host\"", "the machine whose cache is meant">];
  let statistics = [Statistic<"sunk", "sunk", "Products moved">];
}

def SplitGroups : Pass<"split-groups", "::mlir::func::FuncOp"> {
  let summary = "writes a grouped convolution as one convolution per group";
  let description = [{
    The contraction emitter knows one group: its columns all see the same rows. A grouped convolution, and its gradients,
    become slices of the channels, one convolution each, and a concatenation. A depthwise convolution, one group for every
    input channel, has an emitter of its own and stays.

    Before:
    ```mlir
    %y = tenon.conv %x, %k {groups = 2 : i64, ...} : tensor<?x4x4x4xf32>, tensor<3x3x2x6xf32>
    ```
    After:
    ```mlir
    %x0 = tenon.slice %x {axis = 3 : i64, start = 0 : i64, size = 2 : i64} : tensor<?x4x4x4xf32>
    %k0 = tenon.slice %k {axis = 3 : i64, start = 0 : i64, size = 3 : i64} : tensor<3x3x2x6xf32>
    %y0 = tenon.conv %x0, %k0 {groups = 1 : i64, ...} : tensor<?x4x4x2xf32>, tensor<3x3x2x3xf32>
    ...
    %y = tenon.concat %y0, %y1 {axis = 3 : i64} : tensor<?x4x4x3xf32>, tensor<?x4x4x3xf32>
    ```
    Runs after `differentiate` and before `form-kernels`.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
}

def SplitPrepare : Pass<"split-prepare", "::mlir::ModuleOp"> {
  let summary = "moves what depends on variables alone from @predict into @prepare";
  let description = [{
    @prepare computes it once for given weights and assigns it to variables of the kind `derived`, which @predict reads:
    folded normalisations, packed weights. Views stay where they are used. A module without @predict, or with a @prepare
    already, is left alone; when nothing depends on variables alone there is no @prepare.

    Before:
    ```mlir
    func.func @predict(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
      %w = tenon.read @w : tensor<2xf32>
      %0 = tenon.exp %w : tensor<2xf32>
      %1 = tenon.add %x, %0 : tensor<?x2xf32>, tensor<2xf32>
      return %1 : tensor<?x2xf32>
    }
    ```
    After:
    ```mlir
    tenon.variable @"derived/0" : tensor<2xf32> "derived"
    func.func @predict(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
      %0 = tenon.read @"derived/0" : tensor<2xf32>
      %1 = tenon.add %x, %0 : tensor<?x2xf32>, tensor<2xf32>
      return %1 : tensor<?x2xf32>
    }
    func.func @prepare() {
      %w = tenon.read @w : tensor<2xf32>
      %0 = tenon.exp %w : tensor<2xf32>
      tenon.assign @"derived/0", %0 : tensor<2xf32>
      return
    }
    ```
    Runs last, after `form-kernels`, so that the packing moves as well.
  }];
  let dependentDialects = ["::tenon::ir::TenonDialect"];
  let statistics = [Statistic<"derived", "derived", "Derived variables made">];
}

#endif
