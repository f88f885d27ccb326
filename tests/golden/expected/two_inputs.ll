; ModuleID = 'two_inputs'
source_filename = "two_inputs"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%kcc_tensor = type { ptr, ptr, ptr, i32, i32, i32, i32, i32, [8 x %kcc_dim], i8, i8, %kcc_init }
%kcc_dim = type { i64, i8 }
%kcc_init = type { i32, double, double, i64 }
%kcc_program = type { i32, i32, ptr, ptr, ptr, ptr, ptr, ptr, i32, i32, i32, i32, i32, i32, float, float, ptr, ptr, ptr, ptr, ptr, ptr, [7 x %kcc_entry_point], ptr, i64, i32, i32, ptr, ptr, i32 }
%kcc_entry_point = type { ptr, i64, i64 }
%kcc_run = type { i64, i64, i64, float, float, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr }

@zeros = private unnamed_addr constant [128 x i8] zeroinitializer, align 64
@text = private unnamed_addr constant [11 x i8] c"two_inputs\00", align 1
@text.1 = private unnamed_addr constant [6 x i8] c"0.1.0\00", align 1
@text.2 = private unnamed_addr constant [10 x i8] c"x86-64-v3\00", align 1
@text.3 = private unnamed_addr constant [53 x i8] c"sse4.2,popcnt,avx,avx2,fma,f16c,bmi,bmi2,lzcnt,movbe\00", align 1
@text.4 = private unnamed_addr constant [2206 x i8] c"{\22module\22: \22keras\22, \22class_name\22: \22Functional\22, \22config\22: {\22name\22: \22two_inputs\22, \22trainable\22: true, \22layers\22: [\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22InputLayer\22, \22config\22: {\22batch_shape\22: [null, 4], \22dtype\22: \22float32\22, \22name\22: \22left\22}, \22name\22: \22left\22, \22inbound_nodes\22: []},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22InputLayer\22, \22config\22: {\22batch_shape\22: [null, 2, 3], \22dtype\22: \22float32\22, \22name\22: \22right\22}, \22name\22: \22right\22, \22inbound_nodes\22: []},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Flatten\22, \22config\22: {\22name\22: \22flatten\22, \22trainable\22: true}, \22name\22: \22flatten\22, \22inbound_nodes\22: [{\22args\22: [{\22class_name\22: \22__keras_tensor__\22, \22config\22: {\22shape\22: [null, 2, 3], \22dtype\22: \22float32\22, \22keras_history\22: [\22right\22, 0, 0]}}], \22kwargs\22: {}}]},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Dense\22, \22config\22: {\22name\22: \22side\22, \22trainable\22: true, \22units\22: 5, \22activation\22: \22tanh\22, \22use_bias\22: true}, \22name\22: \22side\22, \22inbound_nodes\22: [{\22args\22: [{\22class_name\22: \22__keras_tensor__\22, \22config\22: {\22shape\22: [null, 6], \22dtype\22: \22float32\22, \22keras_history\22: [\22flatten\22, 0, 0]}}], \22kwargs\22: {}}]},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Concatenate\22, \22config\22: {\22name\22: \22both\22, \22trainable\22: true, \22axis\22: -1}, \22name\22: \22both\22, \22inbound_nodes\22: [{\22args\22: [[{\22class_name\22: \22__keras_tensor__\22, \22config\22: {\22shape\22: [null, 4], \22dtype\22: \22float32\22, \22keras_history\22: [\22left\22, 0, 0]}}, {\22class_name\22: \22__keras_tensor__\22, \22config\22: {\22shape\22: [null, 5], \22dtype\22: \22float32\22, \22keras_history\22: [\22side\22, 0, 0]}}]], \22kwargs\22: {}}]},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Dense\22, \22config\22: {\22name\22: \22answer\22, \22trainable\22: true, \22units\22: 1, \22activation\22: \22sigmoid\22, \22use_bias\22: true}, \22name\22: \22answer\22, \22inbound_nodes\22: [{\22args\22: [{\22class_name\22: \22__keras_tensor__\22, \22config\22: {\22shape\22: [null, 9], \22dtype\22: \22float32\22, \22keras_history\22: [\22both\22, 0, 0]}}], \22kwargs\22: {}}]}\0A],\0A\22input_layers\22: [[\22left\22, 0, 0], [\22right\22, 0, 0]], \22output_layers\22: [[\22answer\22, 0, 0]]},\0A\22compile_config\22: {\22optimizer\22: {\22module\22: \22keras.optimizers\22, \22class_name\22: \22RMSprop\22, \22config\22: {\22learning_rate\22: 0.01, \22rho\22: 0.9, \22momentum\22: 0.0, \22epsilon\22: 1e-07, \22centered\22: false}, \22registered_name\22: null}, \22loss\22: \22binary_crossentropy\22, \22metrics\22: null}}\0A\00", align 1
@text.5 = private unnamed_addr constant [1 x i8] zeroinitializer, align 1
@text.6 = private unnamed_addr constant [5 x i8] c"left\00", align 1
@text.7 = private unnamed_addr constant [5 x i8] c"left\00", align 1
@text.8 = private unnamed_addr constant [5 x i8] c"left\00", align 1
@text.9 = private unnamed_addr constant [6 x i8] c"right\00", align 1
@text.10 = private unnamed_addr constant [6 x i8] c"right\00", align 1
@text.11 = private unnamed_addr constant [6 x i8] c"right\00", align 1
@inputs = private unnamed_addr constant [2 x %kcc_tensor] [%kcc_tensor { ptr @text.6, ptr @text.7, ptr @text.8, i32 0, i32 -1, i32 0, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim { i64 4, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }, %kcc_tensor { ptr @text.9, ptr @text.10, ptr @text.11, i32 1, i32 -1, i32 0, i32 0, i32 3, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim { i64 2, i8 0 }, %kcc_dim { i64 3, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }]
@text.12 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@text.13 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@text.14 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@outputs = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.12, ptr @text.13, ptr @text.14, i32 0, i32 -1, i32 1, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }]
@text.15 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@text.16 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@text.17 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@targets = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.15, ptr @text.16, ptr @text.17, i32 0, i32 0, i32 2, i32 0, i32 -1, [8 x %kcc_dim] zeroinitializer, i8 0, i8 0, %kcc_init zeroinitializer }]
@text.18 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@text.19 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@text.20 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@sample_weights = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.18, ptr @text.19, ptr @text.20, i32 0, i32 0, i32 3, i32 0, i32 -1, [8 x %kcc_dim] zeroinitializer, i8 0, i8 0, %kcc_init zeroinitializer }]
@text.21 = private unnamed_addr constant [7 x i8] c"kernel\00", align 1
@text.22 = private unnamed_addr constant [5 x i8] c"side\00", align 1
@text.23 = private unnamed_addr constant [12 x i8] c"side/kernel\00", align 1
@text.24 = private unnamed_addr constant [5 x i8] c"bias\00", align 1
@text.25 = private unnamed_addr constant [5 x i8] c"side\00", align 1
@text.26 = private unnamed_addr constant [10 x i8] c"side/bias\00", align 1
@text.27 = private unnamed_addr constant [7 x i8] c"kernel\00", align 1
@text.28 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@text.29 = private unnamed_addr constant [14 x i8] c"answer/kernel\00", align 1
@text.30 = private unnamed_addr constant [5 x i8] c"bias\00", align 1
@text.31 = private unnamed_addr constant [7 x i8] c"answer\00", align 1
@text.32 = private unnamed_addr constant [12 x i8] c"answer/bias\00", align 1
@variables = private unnamed_addr constant [4 x %kcc_tensor] [%kcc_tensor { ptr @text.21, ptr @text.22, ptr @text.23, i32 0, i32 -1, i32 4, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 6, i8 0 }, %kcc_dim { i64 5, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 1, double 0xBFE7A23166210BB4, double 0x3FE7A23166210BB4, i64 -1 } }, %kcc_tensor { ptr @text.24, ptr @text.25, ptr @text.26, i32 1, i32 -1, i32 4, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 5, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.27, ptr @text.28, ptr @text.29, i32 0, i32 -1, i32 4, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 9, i8 0 }, %kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 1, double 0xBFE8C97EF43F7248, double 0x3FE8C97EF43F7248, i64 -1 } }, %kcc_tensor { ptr @text.30, ptr @text.31, ptr @text.32, i32 1, i32 -1, i32 4, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }]
@two_inputs_program = hidden constant %kcc_program { i32 3, i32 352, ptr @text, ptr @text.1, ptr @text.2, ptr @text.3, ptr @text.4, ptr @text.5, i32 2, i32 1, i32 4, i32 4, i32 0, i32 0, float 0.000000e+00, float 0.000000e+00, ptr @inputs, ptr @outputs, ptr @targets, ptr @sample_weights, ptr @variables, ptr null, [7 x %kcc_entry_point] [%kcc_entry_point { ptr @entry_predict, i64 0, i64 128 }, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer], ptr null, i64 0, i32 -1, i32 0, ptr null, ptr null, i32 0 }, align 64

; Function Attrs: noinline nounwind
define internal void @kernel.k0_side_contract(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc25 = alloca <8 x float>, align 32
  %acc14 = alloca <8 x float>, align 32
  %acc13 = alloca <8 x float>, align 32
  %acc5 = alloca <8 x float>, align 32
  %acc4 = alloca <8 x float>, align 32
  %acc3 = alloca <8 x float>, align 32
  %acc2 = alloca <8 x float>, align 32
  %acc1 = alloca <8 x float>, align 32
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %side_kernel = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %right = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %side_bias = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %side_tanh = load ptr, ptr %3, align 8, !invariant.load !0
  %4 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %4, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %5 = add i64 %batch, 5
  %6 = sdiv i64 %5, 6
  %7 = icmp slt i64 %begin, %end
  br i1 %7, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %622, %enter
  %task = phi i64 [ %begin, %enter ], [ %next32, %622 ]
  %8 = srem i64 %task, %6
  %9 = sdiv i64 %task, %6
  %10 = mul i64 %8, 6
  %11 = sub i64 %batch, %10
  %12 = icmp sle i64 6, %11
  br i1 %12, label %then, label %405

then:                                             ; preds = %loop
  store <8 x float> zeroinitializer, ptr %acc, align 32
  store <8 x float> zeroinitializer, ptr %acc1, align 32
  store <8 x float> zeroinitializer, ptr %acc2, align 32
  store <8 x float> zeroinitializer, ptr %acc3, align 32
  store <8 x float> zeroinitializer, ptr %acc4, align 32
  store <8 x float> zeroinitializer, ptr %acc5, align 32
  br i1 true, label %enter6, label %exit8

enter6:                                           ; preds = %then
  br label %loop7

loop7:                                            ; preds = %loop7, %enter6
  %k = phi i64 [ 0, %enter6 ], [ %next, %loop7 ]
  %13 = mul i64 %k, 5
  %14 = getelementptr float, ptr %side_kernel, i64 %13
  %15 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %16 = call i64 @llvm.smin.i64(i64 %15, i64 8)
  %17 = trunc i64 %16 to i32
  %18 = insertelement <8 x i32> poison, i32 %17, i64 0
  %19 = shufflevector <8 x i32> %18, <8 x i32> poison, <8 x i32> zeroinitializer
  %20 = icmp ugt <8 x i32> %19, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %21 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %14, i32 4, <8 x i1> %20, <8 x float> zeroinitializer), !alias.scope !1, !noalias !4
  %22 = mul i64 %10, 6
  %23 = getelementptr float, ptr %right, i64 %22
  %24 = getelementptr float, ptr %23, i64 %k
  %25 = load float, ptr %24, align 4, !alias.scope !8, !noalias !9
  %26 = insertelement <8 x float> poison, float %25, i64 0
  %27 = shufflevector <8 x float> %26, <8 x float> poison, <8 x i32> zeroinitializer
  %28 = load <8 x float>, ptr %acc, align 32
  %29 = call <8 x float> @llvm.fma.v8f32(<8 x float> %27, <8 x float> %21, <8 x float> %28)
  store <8 x float> %29, ptr %acc, align 32
  %30 = mul i64 %10, 6
  %31 = getelementptr float, ptr %right, i64 %30
  %32 = getelementptr float, ptr %31, i64 %k
  %33 = getelementptr float, ptr %32, i64 6
  %34 = load float, ptr %33, align 4, !alias.scope !8, !noalias !9
  %35 = insertelement <8 x float> poison, float %34, i64 0
  %36 = shufflevector <8 x float> %35, <8 x float> poison, <8 x i32> zeroinitializer
  %37 = load <8 x float>, ptr %acc1, align 32
  %38 = call <8 x float> @llvm.fma.v8f32(<8 x float> %36, <8 x float> %21, <8 x float> %37)
  store <8 x float> %38, ptr %acc1, align 32
  %39 = mul i64 %10, 6
  %40 = getelementptr float, ptr %right, i64 %39
  %41 = getelementptr float, ptr %40, i64 %k
  %42 = getelementptr float, ptr %41, i64 12
  %43 = load float, ptr %42, align 4, !alias.scope !8, !noalias !9
  %44 = insertelement <8 x float> poison, float %43, i64 0
  %45 = shufflevector <8 x float> %44, <8 x float> poison, <8 x i32> zeroinitializer
  %46 = load <8 x float>, ptr %acc2, align 32
  %47 = call <8 x float> @llvm.fma.v8f32(<8 x float> %45, <8 x float> %21, <8 x float> %46)
  store <8 x float> %47, ptr %acc2, align 32
  %48 = mul i64 %10, 6
  %49 = getelementptr float, ptr %right, i64 %48
  %50 = getelementptr float, ptr %49, i64 %k
  %51 = getelementptr float, ptr %50, i64 18
  %52 = load float, ptr %51, align 4, !alias.scope !8, !noalias !9
  %53 = insertelement <8 x float> poison, float %52, i64 0
  %54 = shufflevector <8 x float> %53, <8 x float> poison, <8 x i32> zeroinitializer
  %55 = load <8 x float>, ptr %acc3, align 32
  %56 = call <8 x float> @llvm.fma.v8f32(<8 x float> %54, <8 x float> %21, <8 x float> %55)
  store <8 x float> %56, ptr %acc3, align 32
  %57 = mul i64 %10, 6
  %58 = getelementptr float, ptr %right, i64 %57
  %59 = getelementptr float, ptr %58, i64 %k
  %60 = getelementptr float, ptr %59, i64 24
  %61 = load float, ptr %60, align 4, !alias.scope !8, !noalias !9
  %62 = insertelement <8 x float> poison, float %61, i64 0
  %63 = shufflevector <8 x float> %62, <8 x float> poison, <8 x i32> zeroinitializer
  %64 = load <8 x float>, ptr %acc4, align 32
  %65 = call <8 x float> @llvm.fma.v8f32(<8 x float> %63, <8 x float> %21, <8 x float> %64)
  store <8 x float> %65, ptr %acc4, align 32
  %66 = mul i64 %10, 6
  %67 = getelementptr float, ptr %right, i64 %66
  %68 = getelementptr float, ptr %67, i64 %k
  %69 = getelementptr float, ptr %68, i64 30
  %70 = load float, ptr %69, align 4, !alias.scope !8, !noalias !9
  %71 = insertelement <8 x float> poison, float %70, i64 0
  %72 = shufflevector <8 x float> %71, <8 x float> poison, <8 x i32> zeroinitializer
  %73 = load <8 x float>, ptr %acc5, align 32
  %74 = call <8 x float> @llvm.fma.v8f32(<8 x float> %72, <8 x float> %21, <8 x float> %73)
  store <8 x float> %74, ptr %acc5, align 32
  %next = add nsw i64 %k, 1
  %75 = icmp slt i64 %next, 6
  br i1 %75, label %loop7, label %exit8

exit8:                                            ; preds = %loop7, %then
  %76 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %77 = call i64 @llvm.smin.i64(i64 %76, i64 8)
  %78 = trunc i64 %77 to i32
  %79 = insertelement <8 x i32> poison, i32 %78, i64 0
  %80 = shufflevector <8 x i32> %79, <8 x i32> poison, <8 x i32> zeroinitializer
  %81 = icmp ugt <8 x i32> %80, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %82 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %81, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %83 = load <8 x float>, ptr %acc, align 32
  %84 = fadd <8 x float> %83, %82
  %85 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %84)
  %86 = fmul <8 x float> %85, %85
  %87 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %86, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %88 = call <8 x float> @llvm.fma.v8f32(<8 x float> %87, <8 x float> %86, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %89 = call <8 x float> @llvm.fma.v8f32(<8 x float> %88, <8 x float> %86, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %90 = call <8 x float> @llvm.fma.v8f32(<8 x float> %89, <8 x float> %86, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %91 = fmul <8 x float> %86, %90
  %92 = call <8 x float> @llvm.fma.v8f32(<8 x float> %91, <8 x float> %85, <8 x float> %85)
  %93 = fadd <8 x float> %85, %85
  %94 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %93
  %95 = select <8 x i1> %94, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %93
  %96 = call <8 x float> @llvm.fma.v8f32(<8 x float> %95, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %97 = fsub <8 x float> %96, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %98 = call <8 x float> @llvm.fma.v8f32(<8 x float> %97, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %95)
  %99 = bitcast <8 x float> %96 to <8 x i32>
  %100 = sub <8 x i32> %99, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %101 = call <8 x float> @llvm.fma.v8f32(<8 x float> %97, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %98)
  %102 = fmul <8 x float> %101, %101
  %103 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %101, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %104 = call <8 x float> @llvm.fma.v8f32(<8 x float> %103, <8 x float> %101, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %105 = call <8 x float> @llvm.fma.v8f32(<8 x float> %104, <8 x float> %101, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %106 = call <8 x float> @llvm.fma.v8f32(<8 x float> %105, <8 x float> %101, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %107 = call <8 x float> @llvm.fma.v8f32(<8 x float> %102, <8 x float> %106, <8 x float> %101)
  %108 = fadd <8 x float> %107, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %109 = add <8 x i32> %100, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %110 = shl <8 x i32> %109, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %111 = bitcast <8 x i32> %110 to <8 x float>
  %112 = call <8 x float> @llvm.fma.v8f32(<8 x float> %108, <8 x float> %111, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %113 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %112
  %114 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %113
  %115 = fcmp olt <8 x float> %85, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %116 = select <8 x i1> %115, <8 x float> %92, <8 x float> %114
  %117 = bitcast <8 x float> %84 to <8 x i32>
  %118 = and <8 x i32> %117, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %119 = bitcast <8 x float> %116 to <8 x i32>
  %120 = or <8 x i32> %119, %118
  %121 = bitcast <8 x i32> %120 to <8 x float>
  %122 = mul i64 %10, 5
  %123 = getelementptr float, ptr %side_tanh, i64 %122
  %124 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %125 = call i64 @llvm.smin.i64(i64 %124, i64 8)
  %126 = trunc i64 %125 to i32
  %127 = insertelement <8 x i32> poison, i32 %126, i64 0
  %128 = shufflevector <8 x i32> %127, <8 x i32> poison, <8 x i32> zeroinitializer
  %129 = icmp ugt <8 x i32> %128, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %121, ptr %123, i32 4, <8 x i1> %129), !alias.scope !12, !noalias !13
  %130 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %131 = call i64 @llvm.smin.i64(i64 %130, i64 8)
  %132 = trunc i64 %131 to i32
  %133 = insertelement <8 x i32> poison, i32 %132, i64 0
  %134 = shufflevector <8 x i32> %133, <8 x i32> poison, <8 x i32> zeroinitializer
  %135 = icmp ugt <8 x i32> %134, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %136 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %135, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %137 = load <8 x float>, ptr %acc1, align 32
  %138 = fadd <8 x float> %137, %136
  %139 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %138)
  %140 = fmul <8 x float> %139, %139
  %141 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %140, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %142 = call <8 x float> @llvm.fma.v8f32(<8 x float> %141, <8 x float> %140, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %143 = call <8 x float> @llvm.fma.v8f32(<8 x float> %142, <8 x float> %140, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %144 = call <8 x float> @llvm.fma.v8f32(<8 x float> %143, <8 x float> %140, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %145 = fmul <8 x float> %140, %144
  %146 = call <8 x float> @llvm.fma.v8f32(<8 x float> %145, <8 x float> %139, <8 x float> %139)
  %147 = fadd <8 x float> %139, %139
  %148 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %147
  %149 = select <8 x i1> %148, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %147
  %150 = call <8 x float> @llvm.fma.v8f32(<8 x float> %149, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %151 = fsub <8 x float> %150, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %152 = call <8 x float> @llvm.fma.v8f32(<8 x float> %151, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %149)
  %153 = bitcast <8 x float> %150 to <8 x i32>
  %154 = sub <8 x i32> %153, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %155 = call <8 x float> @llvm.fma.v8f32(<8 x float> %151, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %152)
  %156 = fmul <8 x float> %155, %155
  %157 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %155, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %158 = call <8 x float> @llvm.fma.v8f32(<8 x float> %157, <8 x float> %155, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %159 = call <8 x float> @llvm.fma.v8f32(<8 x float> %158, <8 x float> %155, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %160 = call <8 x float> @llvm.fma.v8f32(<8 x float> %159, <8 x float> %155, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %161 = call <8 x float> @llvm.fma.v8f32(<8 x float> %156, <8 x float> %160, <8 x float> %155)
  %162 = fadd <8 x float> %161, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %163 = add <8 x i32> %154, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %164 = shl <8 x i32> %163, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %165 = bitcast <8 x i32> %164 to <8 x float>
  %166 = call <8 x float> @llvm.fma.v8f32(<8 x float> %162, <8 x float> %165, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %167 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %166
  %168 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %167
  %169 = fcmp olt <8 x float> %139, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %170 = select <8 x i1> %169, <8 x float> %146, <8 x float> %168
  %171 = bitcast <8 x float> %138 to <8 x i32>
  %172 = and <8 x i32> %171, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %173 = bitcast <8 x float> %170 to <8 x i32>
  %174 = or <8 x i32> %173, %172
  %175 = bitcast <8 x i32> %174 to <8 x float>
  %176 = mul i64 %10, 5
  %177 = getelementptr float, ptr %side_tanh, i64 %176
  %178 = getelementptr float, ptr %177, i64 5
  %179 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %180 = call i64 @llvm.smin.i64(i64 %179, i64 8)
  %181 = trunc i64 %180 to i32
  %182 = insertelement <8 x i32> poison, i32 %181, i64 0
  %183 = shufflevector <8 x i32> %182, <8 x i32> poison, <8 x i32> zeroinitializer
  %184 = icmp ugt <8 x i32> %183, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %175, ptr %178, i32 4, <8 x i1> %184), !alias.scope !12, !noalias !13
  %185 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %186 = call i64 @llvm.smin.i64(i64 %185, i64 8)
  %187 = trunc i64 %186 to i32
  %188 = insertelement <8 x i32> poison, i32 %187, i64 0
  %189 = shufflevector <8 x i32> %188, <8 x i32> poison, <8 x i32> zeroinitializer
  %190 = icmp ugt <8 x i32> %189, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %191 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %190, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %192 = load <8 x float>, ptr %acc2, align 32
  %193 = fadd <8 x float> %192, %191
  %194 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %193)
  %195 = fmul <8 x float> %194, %194
  %196 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %195, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %197 = call <8 x float> @llvm.fma.v8f32(<8 x float> %196, <8 x float> %195, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %198 = call <8 x float> @llvm.fma.v8f32(<8 x float> %197, <8 x float> %195, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %199 = call <8 x float> @llvm.fma.v8f32(<8 x float> %198, <8 x float> %195, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %200 = fmul <8 x float> %195, %199
  %201 = call <8 x float> @llvm.fma.v8f32(<8 x float> %200, <8 x float> %194, <8 x float> %194)
  %202 = fadd <8 x float> %194, %194
  %203 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %202
  %204 = select <8 x i1> %203, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %202
  %205 = call <8 x float> @llvm.fma.v8f32(<8 x float> %204, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %206 = fsub <8 x float> %205, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %207 = call <8 x float> @llvm.fma.v8f32(<8 x float> %206, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %204)
  %208 = bitcast <8 x float> %205 to <8 x i32>
  %209 = sub <8 x i32> %208, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %210 = call <8 x float> @llvm.fma.v8f32(<8 x float> %206, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %207)
  %211 = fmul <8 x float> %210, %210
  %212 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %210, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %213 = call <8 x float> @llvm.fma.v8f32(<8 x float> %212, <8 x float> %210, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %214 = call <8 x float> @llvm.fma.v8f32(<8 x float> %213, <8 x float> %210, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %215 = call <8 x float> @llvm.fma.v8f32(<8 x float> %214, <8 x float> %210, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %216 = call <8 x float> @llvm.fma.v8f32(<8 x float> %211, <8 x float> %215, <8 x float> %210)
  %217 = fadd <8 x float> %216, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %218 = add <8 x i32> %209, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %219 = shl <8 x i32> %218, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %220 = bitcast <8 x i32> %219 to <8 x float>
  %221 = call <8 x float> @llvm.fma.v8f32(<8 x float> %217, <8 x float> %220, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %222 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %221
  %223 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %222
  %224 = fcmp olt <8 x float> %194, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %225 = select <8 x i1> %224, <8 x float> %201, <8 x float> %223
  %226 = bitcast <8 x float> %193 to <8 x i32>
  %227 = and <8 x i32> %226, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %228 = bitcast <8 x float> %225 to <8 x i32>
  %229 = or <8 x i32> %228, %227
  %230 = bitcast <8 x i32> %229 to <8 x float>
  %231 = mul i64 %10, 5
  %232 = getelementptr float, ptr %side_tanh, i64 %231
  %233 = getelementptr float, ptr %232, i64 10
  %234 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %235 = call i64 @llvm.smin.i64(i64 %234, i64 8)
  %236 = trunc i64 %235 to i32
  %237 = insertelement <8 x i32> poison, i32 %236, i64 0
  %238 = shufflevector <8 x i32> %237, <8 x i32> poison, <8 x i32> zeroinitializer
  %239 = icmp ugt <8 x i32> %238, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %230, ptr %233, i32 4, <8 x i1> %239), !alias.scope !12, !noalias !13
  %240 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %241 = call i64 @llvm.smin.i64(i64 %240, i64 8)
  %242 = trunc i64 %241 to i32
  %243 = insertelement <8 x i32> poison, i32 %242, i64 0
  %244 = shufflevector <8 x i32> %243, <8 x i32> poison, <8 x i32> zeroinitializer
  %245 = icmp ugt <8 x i32> %244, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %246 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %245, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %247 = load <8 x float>, ptr %acc3, align 32
  %248 = fadd <8 x float> %247, %246
  %249 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %248)
  %250 = fmul <8 x float> %249, %249
  %251 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %250, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %252 = call <8 x float> @llvm.fma.v8f32(<8 x float> %251, <8 x float> %250, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %253 = call <8 x float> @llvm.fma.v8f32(<8 x float> %252, <8 x float> %250, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %254 = call <8 x float> @llvm.fma.v8f32(<8 x float> %253, <8 x float> %250, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %255 = fmul <8 x float> %250, %254
  %256 = call <8 x float> @llvm.fma.v8f32(<8 x float> %255, <8 x float> %249, <8 x float> %249)
  %257 = fadd <8 x float> %249, %249
  %258 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %257
  %259 = select <8 x i1> %258, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %257
  %260 = call <8 x float> @llvm.fma.v8f32(<8 x float> %259, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %261 = fsub <8 x float> %260, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %262 = call <8 x float> @llvm.fma.v8f32(<8 x float> %261, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %259)
  %263 = bitcast <8 x float> %260 to <8 x i32>
  %264 = sub <8 x i32> %263, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %265 = call <8 x float> @llvm.fma.v8f32(<8 x float> %261, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %262)
  %266 = fmul <8 x float> %265, %265
  %267 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %265, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %268 = call <8 x float> @llvm.fma.v8f32(<8 x float> %267, <8 x float> %265, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %269 = call <8 x float> @llvm.fma.v8f32(<8 x float> %268, <8 x float> %265, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %270 = call <8 x float> @llvm.fma.v8f32(<8 x float> %269, <8 x float> %265, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %271 = call <8 x float> @llvm.fma.v8f32(<8 x float> %266, <8 x float> %270, <8 x float> %265)
  %272 = fadd <8 x float> %271, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %273 = add <8 x i32> %264, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %274 = shl <8 x i32> %273, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %275 = bitcast <8 x i32> %274 to <8 x float>
  %276 = call <8 x float> @llvm.fma.v8f32(<8 x float> %272, <8 x float> %275, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %277 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %276
  %278 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %277
  %279 = fcmp olt <8 x float> %249, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %280 = select <8 x i1> %279, <8 x float> %256, <8 x float> %278
  %281 = bitcast <8 x float> %248 to <8 x i32>
  %282 = and <8 x i32> %281, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %283 = bitcast <8 x float> %280 to <8 x i32>
  %284 = or <8 x i32> %283, %282
  %285 = bitcast <8 x i32> %284 to <8 x float>
  %286 = mul i64 %10, 5
  %287 = getelementptr float, ptr %side_tanh, i64 %286
  %288 = getelementptr float, ptr %287, i64 15
  %289 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %290 = call i64 @llvm.smin.i64(i64 %289, i64 8)
  %291 = trunc i64 %290 to i32
  %292 = insertelement <8 x i32> poison, i32 %291, i64 0
  %293 = shufflevector <8 x i32> %292, <8 x i32> poison, <8 x i32> zeroinitializer
  %294 = icmp ugt <8 x i32> %293, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %285, ptr %288, i32 4, <8 x i1> %294), !alias.scope !12, !noalias !13
  %295 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %296 = call i64 @llvm.smin.i64(i64 %295, i64 8)
  %297 = trunc i64 %296 to i32
  %298 = insertelement <8 x i32> poison, i32 %297, i64 0
  %299 = shufflevector <8 x i32> %298, <8 x i32> poison, <8 x i32> zeroinitializer
  %300 = icmp ugt <8 x i32> %299, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %301 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %300, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %302 = load <8 x float>, ptr %acc4, align 32
  %303 = fadd <8 x float> %302, %301
  %304 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %303)
  %305 = fmul <8 x float> %304, %304
  %306 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %305, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %307 = call <8 x float> @llvm.fma.v8f32(<8 x float> %306, <8 x float> %305, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %308 = call <8 x float> @llvm.fma.v8f32(<8 x float> %307, <8 x float> %305, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %309 = call <8 x float> @llvm.fma.v8f32(<8 x float> %308, <8 x float> %305, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %310 = fmul <8 x float> %305, %309
  %311 = call <8 x float> @llvm.fma.v8f32(<8 x float> %310, <8 x float> %304, <8 x float> %304)
  %312 = fadd <8 x float> %304, %304
  %313 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %312
  %314 = select <8 x i1> %313, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %312
  %315 = call <8 x float> @llvm.fma.v8f32(<8 x float> %314, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %316 = fsub <8 x float> %315, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %317 = call <8 x float> @llvm.fma.v8f32(<8 x float> %316, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %314)
  %318 = bitcast <8 x float> %315 to <8 x i32>
  %319 = sub <8 x i32> %318, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %320 = call <8 x float> @llvm.fma.v8f32(<8 x float> %316, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %317)
  %321 = fmul <8 x float> %320, %320
  %322 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %320, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %323 = call <8 x float> @llvm.fma.v8f32(<8 x float> %322, <8 x float> %320, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %324 = call <8 x float> @llvm.fma.v8f32(<8 x float> %323, <8 x float> %320, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %325 = call <8 x float> @llvm.fma.v8f32(<8 x float> %324, <8 x float> %320, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %326 = call <8 x float> @llvm.fma.v8f32(<8 x float> %321, <8 x float> %325, <8 x float> %320)
  %327 = fadd <8 x float> %326, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %328 = add <8 x i32> %319, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %329 = shl <8 x i32> %328, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %330 = bitcast <8 x i32> %329 to <8 x float>
  %331 = call <8 x float> @llvm.fma.v8f32(<8 x float> %327, <8 x float> %330, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %332 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %331
  %333 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %332
  %334 = fcmp olt <8 x float> %304, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %335 = select <8 x i1> %334, <8 x float> %311, <8 x float> %333
  %336 = bitcast <8 x float> %303 to <8 x i32>
  %337 = and <8 x i32> %336, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %338 = bitcast <8 x float> %335 to <8 x i32>
  %339 = or <8 x i32> %338, %337
  %340 = bitcast <8 x i32> %339 to <8 x float>
  %341 = mul i64 %10, 5
  %342 = getelementptr float, ptr %side_tanh, i64 %341
  %343 = getelementptr float, ptr %342, i64 20
  %344 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %345 = call i64 @llvm.smin.i64(i64 %344, i64 8)
  %346 = trunc i64 %345 to i32
  %347 = insertelement <8 x i32> poison, i32 %346, i64 0
  %348 = shufflevector <8 x i32> %347, <8 x i32> poison, <8 x i32> zeroinitializer
  %349 = icmp ugt <8 x i32> %348, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %340, ptr %343, i32 4, <8 x i1> %349), !alias.scope !12, !noalias !13
  %350 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %351 = call i64 @llvm.smin.i64(i64 %350, i64 8)
  %352 = trunc i64 %351 to i32
  %353 = insertelement <8 x i32> poison, i32 %352, i64 0
  %354 = shufflevector <8 x i32> %353, <8 x i32> poison, <8 x i32> zeroinitializer
  %355 = icmp ugt <8 x i32> %354, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %356 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %355, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %357 = load <8 x float>, ptr %acc5, align 32
  %358 = fadd <8 x float> %357, %356
  %359 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %358)
  %360 = fmul <8 x float> %359, %359
  %361 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %360, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %362 = call <8 x float> @llvm.fma.v8f32(<8 x float> %361, <8 x float> %360, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %363 = call <8 x float> @llvm.fma.v8f32(<8 x float> %362, <8 x float> %360, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %364 = call <8 x float> @llvm.fma.v8f32(<8 x float> %363, <8 x float> %360, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %365 = fmul <8 x float> %360, %364
  %366 = call <8 x float> @llvm.fma.v8f32(<8 x float> %365, <8 x float> %359, <8 x float> %359)
  %367 = fadd <8 x float> %359, %359
  %368 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %367
  %369 = select <8 x i1> %368, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %367
  %370 = call <8 x float> @llvm.fma.v8f32(<8 x float> %369, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %371 = fsub <8 x float> %370, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %372 = call <8 x float> @llvm.fma.v8f32(<8 x float> %371, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %369)
  %373 = bitcast <8 x float> %370 to <8 x i32>
  %374 = sub <8 x i32> %373, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %375 = call <8 x float> @llvm.fma.v8f32(<8 x float> %371, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %372)
  %376 = fmul <8 x float> %375, %375
  %377 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %375, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %378 = call <8 x float> @llvm.fma.v8f32(<8 x float> %377, <8 x float> %375, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %379 = call <8 x float> @llvm.fma.v8f32(<8 x float> %378, <8 x float> %375, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %380 = call <8 x float> @llvm.fma.v8f32(<8 x float> %379, <8 x float> %375, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %381 = call <8 x float> @llvm.fma.v8f32(<8 x float> %376, <8 x float> %380, <8 x float> %375)
  %382 = fadd <8 x float> %381, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %383 = add <8 x i32> %374, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %384 = shl <8 x i32> %383, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %385 = bitcast <8 x i32> %384 to <8 x float>
  %386 = call <8 x float> @llvm.fma.v8f32(<8 x float> %382, <8 x float> %385, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %387 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %386
  %388 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %387
  %389 = fcmp olt <8 x float> %359, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %390 = select <8 x i1> %389, <8 x float> %366, <8 x float> %388
  %391 = bitcast <8 x float> %358 to <8 x i32>
  %392 = and <8 x i32> %391, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %393 = bitcast <8 x float> %390 to <8 x i32>
  %394 = or <8 x i32> %393, %392
  %395 = bitcast <8 x i32> %394 to <8 x float>
  %396 = mul i64 %10, 5
  %397 = getelementptr float, ptr %side_tanh, i64 %396
  %398 = getelementptr float, ptr %397, i64 25
  %399 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %400 = call i64 @llvm.smin.i64(i64 %399, i64 8)
  %401 = trunc i64 %400 to i32
  %402 = insertelement <8 x i32> poison, i32 %401, i64 0
  %403 = shufflevector <8 x i32> %402, <8 x i32> poison, <8 x i32> zeroinitializer
  %404 = icmp ugt <8 x i32> %403, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %395, ptr %398, i32 4, <8 x i1> %404), !alias.scope !12, !noalias !13
  br label %405

405:                                              ; preds = %exit8, %loop
  %406 = icmp slt i64 %11, 6
  br i1 %406, label %then9, label %622

then9:                                            ; preds = %405
  %407 = and i64 %11, -2
  %408 = add i64 %10, %407
  %409 = icmp slt i64 %10, %408
  br i1 %409, label %enter10, label %exit12

enter10:                                          ; preds = %then9
  br label %loop11

loop11:                                           ; preds = %exit17, %enter10
  %row = phi i64 [ %10, %enter10 ], [ %next20, %exit17 ]
  store <8 x float> zeroinitializer, ptr %acc13, align 32
  store <8 x float> zeroinitializer, ptr %acc14, align 32
  br i1 true, label %enter15, label %exit17

enter15:                                          ; preds = %loop11
  br label %loop16

loop16:                                           ; preds = %loop16, %enter15
  %k18 = phi i64 [ 0, %enter15 ], [ %next19, %loop16 ]
  %410 = mul i64 %k18, 5
  %411 = getelementptr float, ptr %side_kernel, i64 %410
  %412 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %413 = call i64 @llvm.smin.i64(i64 %412, i64 8)
  %414 = trunc i64 %413 to i32
  %415 = insertelement <8 x i32> poison, i32 %414, i64 0
  %416 = shufflevector <8 x i32> %415, <8 x i32> poison, <8 x i32> zeroinitializer
  %417 = icmp ugt <8 x i32> %416, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %418 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %411, i32 4, <8 x i1> %417, <8 x float> zeroinitializer), !alias.scope !1, !noalias !4
  %419 = mul i64 %row, 6
  %420 = getelementptr float, ptr %right, i64 %419
  %421 = getelementptr float, ptr %420, i64 %k18
  %422 = load float, ptr %421, align 4, !alias.scope !8, !noalias !9
  %423 = insertelement <8 x float> poison, float %422, i64 0
  %424 = shufflevector <8 x float> %423, <8 x float> poison, <8 x i32> zeroinitializer
  %425 = load <8 x float>, ptr %acc13, align 32
  %426 = call <8 x float> @llvm.fma.v8f32(<8 x float> %424, <8 x float> %418, <8 x float> %425)
  store <8 x float> %426, ptr %acc13, align 32
  %427 = mul i64 %row, 6
  %428 = getelementptr float, ptr %right, i64 %427
  %429 = getelementptr float, ptr %428, i64 %k18
  %430 = getelementptr float, ptr %429, i64 6
  %431 = load float, ptr %430, align 4, !alias.scope !8, !noalias !9
  %432 = insertelement <8 x float> poison, float %431, i64 0
  %433 = shufflevector <8 x float> %432, <8 x float> poison, <8 x i32> zeroinitializer
  %434 = load <8 x float>, ptr %acc14, align 32
  %435 = call <8 x float> @llvm.fma.v8f32(<8 x float> %433, <8 x float> %418, <8 x float> %434)
  store <8 x float> %435, ptr %acc14, align 32
  %next19 = add nsw i64 %k18, 1
  %436 = icmp slt i64 %next19, 6
  br i1 %436, label %loop16, label %exit17

exit17:                                           ; preds = %loop16, %loop11
  %437 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %438 = call i64 @llvm.smin.i64(i64 %437, i64 8)
  %439 = trunc i64 %438 to i32
  %440 = insertelement <8 x i32> poison, i32 %439, i64 0
  %441 = shufflevector <8 x i32> %440, <8 x i32> poison, <8 x i32> zeroinitializer
  %442 = icmp ugt <8 x i32> %441, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %443 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %442, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %444 = load <8 x float>, ptr %acc13, align 32
  %445 = fadd <8 x float> %444, %443
  %446 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %445)
  %447 = fmul <8 x float> %446, %446
  %448 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %447, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %449 = call <8 x float> @llvm.fma.v8f32(<8 x float> %448, <8 x float> %447, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %450 = call <8 x float> @llvm.fma.v8f32(<8 x float> %449, <8 x float> %447, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %451 = call <8 x float> @llvm.fma.v8f32(<8 x float> %450, <8 x float> %447, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %452 = fmul <8 x float> %447, %451
  %453 = call <8 x float> @llvm.fma.v8f32(<8 x float> %452, <8 x float> %446, <8 x float> %446)
  %454 = fadd <8 x float> %446, %446
  %455 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %454
  %456 = select <8 x i1> %455, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %454
  %457 = call <8 x float> @llvm.fma.v8f32(<8 x float> %456, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %458 = fsub <8 x float> %457, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %459 = call <8 x float> @llvm.fma.v8f32(<8 x float> %458, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %456)
  %460 = bitcast <8 x float> %457 to <8 x i32>
  %461 = sub <8 x i32> %460, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %462 = call <8 x float> @llvm.fma.v8f32(<8 x float> %458, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %459)
  %463 = fmul <8 x float> %462, %462
  %464 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %462, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %465 = call <8 x float> @llvm.fma.v8f32(<8 x float> %464, <8 x float> %462, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %466 = call <8 x float> @llvm.fma.v8f32(<8 x float> %465, <8 x float> %462, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %467 = call <8 x float> @llvm.fma.v8f32(<8 x float> %466, <8 x float> %462, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %468 = call <8 x float> @llvm.fma.v8f32(<8 x float> %463, <8 x float> %467, <8 x float> %462)
  %469 = fadd <8 x float> %468, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %470 = add <8 x i32> %461, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %471 = shl <8 x i32> %470, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %472 = bitcast <8 x i32> %471 to <8 x float>
  %473 = call <8 x float> @llvm.fma.v8f32(<8 x float> %469, <8 x float> %472, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %474 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %473
  %475 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %474
  %476 = fcmp olt <8 x float> %446, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %477 = select <8 x i1> %476, <8 x float> %453, <8 x float> %475
  %478 = bitcast <8 x float> %445 to <8 x i32>
  %479 = and <8 x i32> %478, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %480 = bitcast <8 x float> %477 to <8 x i32>
  %481 = or <8 x i32> %480, %479
  %482 = bitcast <8 x i32> %481 to <8 x float>
  %483 = mul i64 %row, 5
  %484 = getelementptr float, ptr %side_tanh, i64 %483
  %485 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %486 = call i64 @llvm.smin.i64(i64 %485, i64 8)
  %487 = trunc i64 %486 to i32
  %488 = insertelement <8 x i32> poison, i32 %487, i64 0
  %489 = shufflevector <8 x i32> %488, <8 x i32> poison, <8 x i32> zeroinitializer
  %490 = icmp ugt <8 x i32> %489, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %482, ptr %484, i32 4, <8 x i1> %490), !alias.scope !12, !noalias !13
  %491 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %492 = call i64 @llvm.smin.i64(i64 %491, i64 8)
  %493 = trunc i64 %492 to i32
  %494 = insertelement <8 x i32> poison, i32 %493, i64 0
  %495 = shufflevector <8 x i32> %494, <8 x i32> poison, <8 x i32> zeroinitializer
  %496 = icmp ugt <8 x i32> %495, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %497 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %496, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %498 = load <8 x float>, ptr %acc14, align 32
  %499 = fadd <8 x float> %498, %497
  %500 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %499)
  %501 = fmul <8 x float> %500, %500
  %502 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %501, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %503 = call <8 x float> @llvm.fma.v8f32(<8 x float> %502, <8 x float> %501, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %504 = call <8 x float> @llvm.fma.v8f32(<8 x float> %503, <8 x float> %501, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %505 = call <8 x float> @llvm.fma.v8f32(<8 x float> %504, <8 x float> %501, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %506 = fmul <8 x float> %501, %505
  %507 = call <8 x float> @llvm.fma.v8f32(<8 x float> %506, <8 x float> %500, <8 x float> %500)
  %508 = fadd <8 x float> %500, %500
  %509 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %508
  %510 = select <8 x i1> %509, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %508
  %511 = call <8 x float> @llvm.fma.v8f32(<8 x float> %510, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %512 = fsub <8 x float> %511, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %513 = call <8 x float> @llvm.fma.v8f32(<8 x float> %512, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %510)
  %514 = bitcast <8 x float> %511 to <8 x i32>
  %515 = sub <8 x i32> %514, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %516 = call <8 x float> @llvm.fma.v8f32(<8 x float> %512, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %513)
  %517 = fmul <8 x float> %516, %516
  %518 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %516, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %519 = call <8 x float> @llvm.fma.v8f32(<8 x float> %518, <8 x float> %516, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %520 = call <8 x float> @llvm.fma.v8f32(<8 x float> %519, <8 x float> %516, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %521 = call <8 x float> @llvm.fma.v8f32(<8 x float> %520, <8 x float> %516, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %522 = call <8 x float> @llvm.fma.v8f32(<8 x float> %517, <8 x float> %521, <8 x float> %516)
  %523 = fadd <8 x float> %522, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %524 = add <8 x i32> %515, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %525 = shl <8 x i32> %524, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %526 = bitcast <8 x i32> %525 to <8 x float>
  %527 = call <8 x float> @llvm.fma.v8f32(<8 x float> %523, <8 x float> %526, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %528 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %527
  %529 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %528
  %530 = fcmp olt <8 x float> %500, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %531 = select <8 x i1> %530, <8 x float> %507, <8 x float> %529
  %532 = bitcast <8 x float> %499 to <8 x i32>
  %533 = and <8 x i32> %532, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %534 = bitcast <8 x float> %531 to <8 x i32>
  %535 = or <8 x i32> %534, %533
  %536 = bitcast <8 x i32> %535 to <8 x float>
  %537 = mul i64 %row, 5
  %538 = getelementptr float, ptr %side_tanh, i64 %537
  %539 = getelementptr float, ptr %538, i64 5
  %540 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %541 = call i64 @llvm.smin.i64(i64 %540, i64 8)
  %542 = trunc i64 %541 to i32
  %543 = insertelement <8 x i32> poison, i32 %542, i64 0
  %544 = shufflevector <8 x i32> %543, <8 x i32> poison, <8 x i32> zeroinitializer
  %545 = icmp ugt <8 x i32> %544, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %536, ptr %539, i32 4, <8 x i1> %545), !alias.scope !12, !noalias !13
  %next20 = add nsw i64 %row, 2
  %546 = icmp slt i64 %next20, %408
  br i1 %546, label %loop11, label %exit12

exit12:                                           ; preds = %exit17, %then9
  %547 = add i64 %10, %11
  %548 = icmp slt i64 %408, %547
  br i1 %548, label %enter21, label %exit23

enter21:                                          ; preds = %exit12
  br label %loop22

loop22:                                           ; preds = %exit28, %enter21
  %row24 = phi i64 [ %408, %enter21 ], [ %next31, %exit28 ]
  store <8 x float> zeroinitializer, ptr %acc25, align 32
  br i1 true, label %enter26, label %exit28

enter26:                                          ; preds = %loop22
  br label %loop27

loop27:                                           ; preds = %loop27, %enter26
  %k29 = phi i64 [ 0, %enter26 ], [ %next30, %loop27 ]
  %549 = mul i64 %k29, 5
  %550 = getelementptr float, ptr %side_kernel, i64 %549
  %551 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %552 = call i64 @llvm.smin.i64(i64 %551, i64 8)
  %553 = trunc i64 %552 to i32
  %554 = insertelement <8 x i32> poison, i32 %553, i64 0
  %555 = shufflevector <8 x i32> %554, <8 x i32> poison, <8 x i32> zeroinitializer
  %556 = icmp ugt <8 x i32> %555, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %557 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %550, i32 4, <8 x i1> %556, <8 x float> zeroinitializer), !alias.scope !1, !noalias !4
  %558 = mul i64 %row24, 6
  %559 = getelementptr float, ptr %right, i64 %558
  %560 = getelementptr float, ptr %559, i64 %k29
  %561 = load float, ptr %560, align 4, !alias.scope !8, !noalias !9
  %562 = insertelement <8 x float> poison, float %561, i64 0
  %563 = shufflevector <8 x float> %562, <8 x float> poison, <8 x i32> zeroinitializer
  %564 = load <8 x float>, ptr %acc25, align 32
  %565 = call <8 x float> @llvm.fma.v8f32(<8 x float> %563, <8 x float> %557, <8 x float> %564)
  store <8 x float> %565, ptr %acc25, align 32
  %next30 = add nsw i64 %k29, 1
  %566 = icmp slt i64 %next30, 6
  br i1 %566, label %loop27, label %exit28

exit28:                                           ; preds = %loop27, %loop22
  %567 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %568 = call i64 @llvm.smin.i64(i64 %567, i64 8)
  %569 = trunc i64 %568 to i32
  %570 = insertelement <8 x i32> poison, i32 %569, i64 0
  %571 = shufflevector <8 x i32> %570, <8 x i32> poison, <8 x i32> zeroinitializer
  %572 = icmp ugt <8 x i32> %571, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %573 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %side_bias, i32 4, <8 x i1> %572, <8 x float> zeroinitializer), !alias.scope !10, !noalias !11
  %574 = load <8 x float>, ptr %acc25, align 32
  %575 = fadd <8 x float> %574, %573
  %576 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %575)
  %577 = fmul <8 x float> %576, %576
  %578 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %577, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %579 = call <8 x float> @llvm.fma.v8f32(<8 x float> %578, <8 x float> %577, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %580 = call <8 x float> @llvm.fma.v8f32(<8 x float> %579, <8 x float> %577, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %581 = call <8 x float> @llvm.fma.v8f32(<8 x float> %580, <8 x float> %577, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %582 = fmul <8 x float> %577, %581
  %583 = call <8 x float> @llvm.fma.v8f32(<8 x float> %582, <8 x float> %576, <8 x float> %576)
  %584 = fadd <8 x float> %576, %576
  %585 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %584
  %586 = select <8 x i1> %585, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %584
  %587 = call <8 x float> @llvm.fma.v8f32(<8 x float> %586, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %588 = fsub <8 x float> %587, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %589 = call <8 x float> @llvm.fma.v8f32(<8 x float> %588, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %586)
  %590 = bitcast <8 x float> %587 to <8 x i32>
  %591 = sub <8 x i32> %590, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %592 = call <8 x float> @llvm.fma.v8f32(<8 x float> %588, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %589)
  %593 = fmul <8 x float> %592, %592
  %594 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %592, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %595 = call <8 x float> @llvm.fma.v8f32(<8 x float> %594, <8 x float> %592, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %596 = call <8 x float> @llvm.fma.v8f32(<8 x float> %595, <8 x float> %592, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %597 = call <8 x float> @llvm.fma.v8f32(<8 x float> %596, <8 x float> %592, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %598 = call <8 x float> @llvm.fma.v8f32(<8 x float> %593, <8 x float> %597, <8 x float> %592)
  %599 = fadd <8 x float> %598, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %600 = add <8 x i32> %591, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %601 = shl <8 x i32> %600, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %602 = bitcast <8 x i32> %601 to <8 x float>
  %603 = call <8 x float> @llvm.fma.v8f32(<8 x float> %599, <8 x float> %602, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %604 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %603
  %605 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %604
  %606 = fcmp olt <8 x float> %576, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %607 = select <8 x i1> %606, <8 x float> %583, <8 x float> %605
  %608 = bitcast <8 x float> %575 to <8 x i32>
  %609 = and <8 x i32> %608, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %610 = bitcast <8 x float> %607 to <8 x i32>
  %611 = or <8 x i32> %610, %609
  %612 = bitcast <8 x i32> %611 to <8 x float>
  %613 = mul i64 %row24, 5
  %614 = getelementptr float, ptr %side_tanh, i64 %613
  %615 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %616 = call i64 @llvm.smin.i64(i64 %615, i64 8)
  %617 = trunc i64 %616 to i32
  %618 = insertelement <8 x i32> poison, i32 %617, i64 0
  %619 = shufflevector <8 x i32> %618, <8 x i32> poison, <8 x i32> zeroinitializer
  %620 = icmp ugt <8 x i32> %619, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %612, ptr %614, i32 4, <8 x i1> %620), !alias.scope !12, !noalias !13
  %next31 = add nsw i64 %row24, 1
  %621 = icmp slt i64 %next31, %547
  br i1 %621, label %loop22, label %exit23

exit23:                                           ; preds = %exit28, %exit12
  br label %622

622:                                              ; preds = %exit23, %405
  %next32 = add nsw i64 %task, 1
  %623 = icmp slt i64 %next32, %end
  br i1 %623, label %loop, label %exit

exit:                                             ; preds = %622, %start
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.smax.i64(i64, i64) #1

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.smin.i64(i64, i64) #1

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: read)
declare <8 x float> @llvm.masked.load.v8f32.p0(ptr nocapture, i32 immarg, <8 x i1>, <8 x float>) #2

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>) #1

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare <8 x float> @llvm.fabs.v8f32(<8 x float>) #1

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: write)
declare void @llvm.masked.store.v8f32.p0(<8 x float>, ptr nocapture, i32 immarg, <8 x i1>) #3

; Function Attrs: noinline nounwind
define internal void @kernel.k1_both_concat(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %both_concat = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %left = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %side_tanh = load ptr, ptr %2, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %3 = icmp slt i64 %begin, %end
  br i1 %3, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %loop, %enter
  %task = phi i64 [ %begin, %enter ], [ %next, %loop ]
  %4 = mul i64 %task, 4
  %5 = getelementptr float, ptr %left, i64 %4
  %6 = call i64 @llvm.smax.i64(i64 4, i64 0)
  %7 = call i64 @llvm.smin.i64(i64 %6, i64 8)
  %8 = trunc i64 %7 to i32
  %9 = insertelement <8 x i32> poison, i32 %8, i64 0
  %10 = shufflevector <8 x i32> %9, <8 x i32> poison, <8 x i32> zeroinitializer
  %11 = icmp ugt <8 x i32> %10, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %12 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %5, i32 4, <8 x i1> %11, <8 x float> zeroinitializer), !alias.scope !14, !noalias !17
  %13 = mul i64 %task, 9
  %14 = getelementptr float, ptr %both_concat, i64 %13
  %15 = call i64 @llvm.smax.i64(i64 4, i64 0)
  %16 = call i64 @llvm.smin.i64(i64 %15, i64 8)
  %17 = trunc i64 %16 to i32
  %18 = insertelement <8 x i32> poison, i32 %17, i64 0
  %19 = shufflevector <8 x i32> %18, <8 x i32> poison, <8 x i32> zeroinitializer
  %20 = icmp ugt <8 x i32> %19, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %12, ptr %14, i32 4, <8 x i1> %20), !alias.scope !20, !noalias !21
  %21 = mul i64 %task, 5
  %22 = getelementptr float, ptr %side_tanh, i64 %21
  %23 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %24 = call i64 @llvm.smin.i64(i64 %23, i64 8)
  %25 = trunc i64 %24 to i32
  %26 = insertelement <8 x i32> poison, i32 %25, i64 0
  %27 = shufflevector <8 x i32> %26, <8 x i32> poison, <8 x i32> zeroinitializer
  %28 = icmp ugt <8 x i32> %27, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %29 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %22, i32 4, <8 x i1> %28, <8 x float> zeroinitializer), !alias.scope !22, !noalias !23
  %30 = mul i64 %task, 9
  %31 = getelementptr float, ptr %both_concat, i64 %30
  %32 = getelementptr float, ptr %31, i64 4
  %33 = call i64 @llvm.smax.i64(i64 5, i64 0)
  %34 = call i64 @llvm.smin.i64(i64 %33, i64 8)
  %35 = trunc i64 %34 to i32
  %36 = insertelement <8 x i32> poison, i32 %35, i64 0
  %37 = shufflevector <8 x i32> %36, <8 x i32> poison, <8 x i32> zeroinitializer
  %38 = icmp ugt <8 x i32> %37, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %29, ptr %32, i32 4, <8 x i1> %38), !alias.scope !20, !noalias !21
  %next = add nsw i64 %task, 1
  %39 = icmp slt i64 %next, %end
  br i1 %39, label %loop, label %exit

exit:                                             ; preds = %loop, %start
  ret void
}

; Function Attrs: noinline nounwind
define internal void @kernel.k2_answer_rows(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %both_concat = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %answer_kernel = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %answer_bias = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %output0 = load ptr, ptr %3, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %4 = load float, ptr %answer_bias, align 4, !alias.scope !24, !noalias !27
  %5 = icmp slt i64 %begin, %end
  br i1 %5, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %loop, %enter
  %task = phi i64 [ %begin, %enter ], [ %next, %loop ]
  store <8 x float> zeroinitializer, ptr %acc, align 32
  %6 = mul i64 %task, 9
  %7 = getelementptr float, ptr %both_concat, i64 %6
  %8 = load <8 x float>, ptr %7, align 4, !alias.scope !31, !noalias !32
  %9 = load <8 x float>, ptr %answer_kernel, align 4, !alias.scope !33, !noalias !34
  %10 = fmul <8 x float> %8, %9
  %11 = load <8 x float>, ptr %acc, align 32
  %12 = fadd <8 x float> %11, %10
  store <8 x float> %12, ptr %acc, align 32
  %13 = mul i64 %task, 9
  %14 = getelementptr float, ptr %both_concat, i64 %13
  %15 = getelementptr float, ptr %14, i64 8
  %16 = call i64 @llvm.smax.i64(i64 1, i64 0)
  %17 = call i64 @llvm.smin.i64(i64 %16, i64 8)
  %18 = trunc i64 %17 to i32
  %19 = insertelement <8 x i32> poison, i32 %18, i64 0
  %20 = shufflevector <8 x i32> %19, <8 x i32> poison, <8 x i32> zeroinitializer
  %21 = icmp ugt <8 x i32> %20, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %22 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %15, i32 4, <8 x i1> %21, <8 x float> zeroinitializer), !alias.scope !31, !noalias !32
  %23 = getelementptr float, ptr %answer_kernel, i64 8
  %24 = call i64 @llvm.smax.i64(i64 1, i64 0)
  %25 = call i64 @llvm.smin.i64(i64 %24, i64 8)
  %26 = trunc i64 %25 to i32
  %27 = insertelement <8 x i32> poison, i32 %26, i64 0
  %28 = shufflevector <8 x i32> %27, <8 x i32> poison, <8 x i32> zeroinitializer
  %29 = icmp ugt <8 x i32> %28, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %30 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %23, i32 4, <8 x i1> %29, <8 x float> zeroinitializer), !alias.scope !33, !noalias !34
  %31 = fmul <8 x float> %22, %30
  %32 = select <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> %31, <8 x float> zeroinitializer
  %33 = load <8 x float>, ptr %acc, align 32
  %34 = fadd <8 x float> %33, %32
  store <8 x float> %34, ptr %acc, align 32
  %35 = load <8 x float>, ptr %acc, align 32
  %36 = shufflevector <8 x float> %35, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %37 = shufflevector <8 x float> %35, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %38 = fadd <4 x float> %36, %37
  %39 = shufflevector <4 x float> %38, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %40 = shufflevector <4 x float> %38, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %41 = fadd <2 x float> %39, %40
  %42 = extractelement <2 x float> %41, i64 0
  %43 = extractelement <2 x float> %41, i64 1
  %44 = fadd float %42, %43
  %45 = fadd float %44, %4
  %46 = call float @llvm.fabs.f32(float %45)
  %47 = fneg float %46
  %48 = fcmp olt float %47, -1.045000e+02
  %49 = select i1 %48, float -1.045000e+02, float %47
  %50 = call float @llvm.fma.f32(float %49, float 0x3FF7154760000000, float 0x4168000000000000)
  %51 = fsub float %50, 0x4168000000000000
  %52 = call float @llvm.fma.f32(float %51, float 0xBFE62E4300000000, float %49)
  %53 = bitcast float %50 to i32
  %54 = sub i32 %53, 1262485504
  %55 = fadd float %52, 1.000000e+00
  %56 = fsub float 1.000000e+00, %55
  %57 = fadd float %56, %52
  %58 = fmul float %51, 0x3E205C6100000000
  %59 = fmul float %52, %52
  %60 = call float @llvm.fma.f32(float 0x3F56A4DB00000000, float %52, float 0x3F8123E580000000)
  %61 = call float @llvm.fma.f32(float %60, float %52, float 0x3FA5558B80000000)
  %62 = call float @llvm.fma.f32(float %61, float %52, float 0x3FC55548C0000000)
  %63 = call float @llvm.fma.f32(float %62, float %52, float 0x3FDFFFFFC0000000)
  %64 = call float @llvm.fma.f32(float %58, float %55, float %57)
  %65 = call float @llvm.fma.f32(float %59, float %63, float %64)
  %66 = fadd float %55, %65
  %67 = ashr i32 %54, 1
  %68 = add i32 %67, 127
  %69 = shl i32 %68, 23
  %70 = bitcast i32 %69 to float
  %71 = fmul float %66, %70
  %72 = sub i32 %54, %67
  %73 = add i32 %72, 127
  %74 = shl i32 %73, 23
  %75 = bitcast i32 %74 to float
  %76 = fmul float %71, %75
  %77 = fadd float %76, 1.000000e+00
  %78 = fdiv float %76, %77
  %79 = fcmp olt float %45, 0.000000e+00
  %80 = select i1 %79, float %76, float 1.000000e+00
  %81 = fneg float %80
  %82 = call float @llvm.fma.f32(float %81, float %78, float %80)
  %83 = getelementptr float, ptr %output0, i64 %task
  store float %82, ptr %83, align 4, !alias.scope !35, !noalias !36
  %next = add nsw i64 %task, 1
  %84 = icmp slt i64 %next, %end
  br i1 %84, label %loop, label %exit

exit:                                             ; preds = %loop, %start
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare float @llvm.fabs.f32(float) #1

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare float @llvm.fma.f32(float, float, float) #1

; Function Attrs: nounwind
define internal i32 @entry_predict(ptr %run) #4 {
entry:
  %buffers = alloca [4 x ptr], align 8
  %0 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %0, align 8
  %1 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 5
  %variables = load ptr, ptr %1, align 8
  %2 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 6
  %inputs = load ptr, ptr %2, align 8
  %3 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 9
  %outputs = load ptr, ptr %3, align 8
  %4 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 12
  %arena = load ptr, ptr %4, align 8
  %5 = mul i64 %batch, 1
  %6 = add i64 %5, 5
  %7 = udiv i64 %6, 6
  %tasks = mul i64 %7, 1
  %8 = getelementptr ptr, ptr %variables, i64 0
  %side_kernel = load ptr, ptr %8, align 8
  %9 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %side_kernel, ptr %9, align 8
  %10 = getelementptr ptr, ptr %inputs, i64 1
  %right = load ptr, ptr %10, align 8
  %11 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %right, ptr %11, align 8
  %12 = getelementptr ptr, ptr %variables, i64 1
  %side_bias = load ptr, ptr %12, align 8
  %13 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %side_bias, ptr %13, align 8
  %14 = mul i64 %batch, 0
  %15 = add i64 %14, 0
  %side_tanh = getelementptr i8, ptr %arena, i64 %15
  %16 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %side_tanh, ptr %16, align 8
  %few = icmp slt i64 %tasks, 1412
  br i1 %few, label %here, label %shared

here:                                             ; preds = %entry
  call void @kernel.k0_side_contract(ptr %buffers, ptr %run, i64 0, i64 %tasks)
  br label %19

shared:                                           ; preds = %entry
  %17 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for = load ptr, ptr %17, align 8
  %18 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user = load ptr, ptr %18, align 8
  call void %parallel_for(ptr %parallel_user, ptr @kernel.k0_side_contract, ptr %buffers, ptr %run, i64 %tasks, i64 706)
  br label %19

19:                                               ; preds = %shared, %here
  %20 = mul i64 %batch, 1
  %21 = add i64 %20, 0
  %22 = udiv i64 %21, 1
  %tasks1 = mul i64 %22, 1
  %23 = mul i64 %batch, 64
  %24 = add i64 %23, 0
  %both_concat = getelementptr i8, ptr %arena, i64 %24
  %25 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %both_concat, ptr %25, align 8
  %26 = getelementptr ptr, ptr %inputs, i64 0
  %left = load ptr, ptr %26, align 8
  %27 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %left, ptr %27, align 8
  %28 = mul i64 %batch, 0
  %29 = add i64 %28, 0
  %side_tanh2 = getelementptr i8, ptr %arena, i64 %29
  %30 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %side_tanh2, ptr %30, align 8
  %few3 = icmp slt i64 %tasks1, 38402
  br i1 %few3, label %here4, label %shared5

here4:                                            ; preds = %19
  call void @kernel.k1_both_concat(ptr %buffers, ptr %run, i64 0, i64 %tasks1)
  br label %33

shared5:                                          ; preds = %19
  %31 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for6 = load ptr, ptr %31, align 8
  %32 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user7 = load ptr, ptr %32, align 8
  call void %parallel_for6(ptr %parallel_user7, ptr @kernel.k1_both_concat, ptr %buffers, ptr %run, i64 %tasks1, i64 19201)
  br label %33

33:                                               ; preds = %shared5, %here4
  %34 = mul i64 %batch, 1
  %35 = add i64 %34, 0
  %36 = udiv i64 %35, 1
  %tasks8 = mul i64 %36, 1
  %37 = mul i64 %batch, 64
  %38 = add i64 %37, 0
  %both_concat9 = getelementptr i8, ptr %arena, i64 %38
  %39 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %both_concat9, ptr %39, align 8
  %40 = getelementptr ptr, ptr %variables, i64 2
  %answer_kernel = load ptr, ptr %40, align 8
  %41 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %answer_kernel, ptr %41, align 8
  %42 = getelementptr ptr, ptr %variables, i64 3
  %answer_bias = load ptr, ptr %42, align 8
  %43 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %answer_bias, ptr %43, align 8
  %44 = getelementptr ptr, ptr %outputs, i64 0
  %output0 = load ptr, ptr %44, align 8
  %45 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %output0, ptr %45, align 8
  %few10 = icmp slt i64 %tasks8, 6714
  br i1 %few10, label %here11, label %shared12

here11:                                           ; preds = %33
  call void @kernel.k2_answer_rows(ptr %buffers, ptr %run, i64 0, i64 %tasks8)
  br label %48

shared12:                                         ; preds = %33
  %46 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for13 = load ptr, ptr %46, align 8
  %47 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user14 = load ptr, ptr %47, align 8
  call void %parallel_for13(ptr %parallel_user14, ptr @kernel.k2_answer_rows, ptr %buffers, ptr %run, i64 %tasks8, i64 3357)
  br label %48

48:                                               ; preds = %shared12, %here11
  ret i32 0
}

attributes #0 = { noinline nounwind "target-cpu"="x86-64-v3" }
attributes #1 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #2 = { nocallback nofree nosync nounwind willreturn memory(argmem: read) }
attributes #3 = { nocallback nofree nosync nounwind willreturn memory(argmem: write) }
attributes #4 = { nounwind "target-cpu"="x86-64-v3" }

!0 = !{}
!1 = !{!2}
!2 = !{!"k0_side_contract.side_kernel", !3}
!3 = !{!"k0_side_contract"}
!4 = !{!5, !6, !7}
!5 = !{!"k0_side_contract.right", !3}
!6 = !{!"k0_side_contract.side_bias", !3}
!7 = !{!"k0_side_contract.side_tanh", !3}
!8 = !{!5}
!9 = !{!2, !6, !7}
!10 = !{!6}
!11 = !{!2, !5, !7}
!12 = !{!7}
!13 = !{!2, !5, !6}
!14 = !{!15}
!15 = !{!"k1_both_concat.left", !16}
!16 = !{!"k1_both_concat"}
!17 = !{!18, !19}
!18 = !{!"k1_both_concat.both_concat", !16}
!19 = !{!"k1_both_concat.side_tanh", !16}
!20 = !{!18}
!21 = !{!15, !19}
!22 = !{!19}
!23 = !{!18, !15}
!24 = !{!25}
!25 = !{!"k2_answer_rows.answer_bias", !26}
!26 = !{!"k2_answer_rows"}
!27 = !{!28, !29, !30}
!28 = !{!"k2_answer_rows.both_concat", !26}
!29 = !{!"k2_answer_rows.answer_kernel", !26}
!30 = !{!"k2_answer_rows.output0", !26}
!31 = !{!28}
!32 = !{!29, !25, !30}
!33 = !{!29}
!34 = !{!28, !25, !30}
!35 = !{!30}
!36 = !{!28, !29, !25}
