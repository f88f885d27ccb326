; ModuleID = 'regression'
source_filename = "regression"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%kcc_tensor = type { ptr, ptr, ptr, i32, i32, i32, i32, i32, [8 x %kcc_dim], i8, i8, %kcc_init }
%kcc_dim = type { i64, i8 }
%kcc_init = type { i32, double, double, i64 }
%kcc_metric = type { ptr, i32, i32 }
%kcc_program = type { i32, i32, ptr, ptr, ptr, ptr, ptr, ptr, i32, i32, i32, i32, i32, i32, float, float, ptr, ptr, ptr, ptr, ptr, ptr, [7 x %kcc_entry_point], ptr, i64, i32, i32, ptr, ptr, i32 }
%kcc_entry_point = type { ptr, i64, i64 }
%kcc_run = type { i64, i64, i64, float, float, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr }

@zeros = private unnamed_addr constant [128 x i8] zeroinitializer, align 64
@text = private unnamed_addr constant [11 x i8] c"regression\00", align 1
@text.1 = private unnamed_addr constant [6 x i8] c"0.1.0\00", align 1
@text.2 = private unnamed_addr constant [10 x i8] c"x86-64-v3\00", align 1
@text.3 = private unnamed_addr constant [53 x i8] c"sse4.2,popcnt,avx,avx2,fma,f16c,bmi,bmi2,lzcnt,movbe\00", align 1
@text.4 = private unnamed_addr constant [1057 x i8] c"{\22module\22: \22keras\22, \22class_name\22: \22Sequential\22, \22config\22: {\22name\22: \22regression\22, \22trainable\22: true, \22layers\22: [\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22InputLayer\22, \22config\22: {\22batch_shape\22: [null, 4], \22dtype\22: \22float32\22, \22name\22: \22input\22}},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Dense\22, \22config\22: {\22name\22: \22hidden\22, \22trainable\22: true, \22units\22: 8, \22activation\22: \22tanh\22, \22use_bias\22: true, \22kernel_regularizer\22: {\22module\22: \22keras.regularizers\22, \22class_name\22: \22L2\22, \22config\22: {\22l2\22: 0.01}, \22registered_name\22: null}, \22kernel_constraint\22: {\22module\22: \22keras.constraints\22, \22class_name\22: \22MaxNorm\22, \22config\22: {\22max_value\22: 1.5, \22axis\22: 0}, \22registered_name\22: null}}},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Dense\22, \22config\22: {\22name\22: \22value\22, \22trainable\22: true, \22units\22: 1, \22activation\22: \22linear\22, \22use_bias\22: true}}\0A]},\0A\22compile_config\22: {\22optimizer\22: {\22module\22: \22keras.optimizers\22, \22class_name\22: \22SGD\22, \22config\22: {\22learning_rate\22: 0.05, \22momentum\22: 0.9, \22nesterov\22: false}, \22registered_name\22: null}, \22loss\22: \22mean_squared_error\22, \22metrics\22: null}}\0A\00", align 1
@text.5 = private unnamed_addr constant [193 x i8] c"{\22optimizer\22:{\22module\22:\22keras.optimizers\22,\22class_name\22:\22SGD\22,\22config\22:{\22learning_rate\22:0.05,\22momentum\22:0.9,\22nesterov\22:false},\22registered_name\22:null},\22loss\22:\22mean_squared_error\22,\22metrics\22:null}\00", align 1
@text.6 = private unnamed_addr constant [6 x i8] c"input\00", align 1
@text.7 = private unnamed_addr constant [6 x i8] c"input\00", align 1
@text.8 = private unnamed_addr constant [6 x i8] c"input\00", align 1
@inputs = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.6, ptr @text.7, ptr @text.8, i32 0, i32 -1, i32 0, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim { i64 4, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }]
@text.9 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@text.10 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@text.11 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@outputs = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.9, ptr @text.10, ptr @text.11, i32 0, i32 -1, i32 1, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }]
@text.12 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@text.13 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@text.14 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@targets = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.12, ptr @text.13, ptr @text.14, i32 0, i32 0, i32 2, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }]
@text.15 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@text.16 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@text.17 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@sample_weights = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.15, ptr @text.16, ptr @text.17, i32 0, i32 0, i32 3, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }]
@text.18 = private unnamed_addr constant [7 x i8] c"kernel\00", align 1
@text.19 = private unnamed_addr constant [7 x i8] c"hidden\00", align 1
@text.20 = private unnamed_addr constant [25 x i8] c"regression/hidden/kernel\00", align 1
@text.21 = private unnamed_addr constant [5 x i8] c"bias\00", align 1
@text.22 = private unnamed_addr constant [7 x i8] c"hidden\00", align 1
@text.23 = private unnamed_addr constant [23 x i8] c"regression/hidden/bias\00", align 1
@text.24 = private unnamed_addr constant [7 x i8] c"kernel\00", align 1
@text.25 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@text.26 = private unnamed_addr constant [24 x i8] c"regression/value/kernel\00", align 1
@text.27 = private unnamed_addr constant [5 x i8] c"bias\00", align 1
@text.28 = private unnamed_addr constant [6 x i8] c"value\00", align 1
@text.29 = private unnamed_addr constant [22 x i8] c"regression/value/bias\00", align 1
@text.30 = private unnamed_addr constant [9 x i8] c"momentum\00", align 1
@text.31 = private unnamed_addr constant [1 x i8] zeroinitializer, align 1
@text.32 = private unnamed_addr constant [38 x i8] c"sgd/regression_hidden_kernel_momentum\00", align 1
@text.33 = private unnamed_addr constant [9 x i8] c"momentum\00", align 1
@text.34 = private unnamed_addr constant [1 x i8] zeroinitializer, align 1
@text.35 = private unnamed_addr constant [36 x i8] c"sgd/regression_hidden_bias_momentum\00", align 1
@text.36 = private unnamed_addr constant [9 x i8] c"momentum\00", align 1
@text.37 = private unnamed_addr constant [1 x i8] zeroinitializer, align 1
@text.38 = private unnamed_addr constant [37 x i8] c"sgd/regression_value_kernel_momentum\00", align 1
@text.39 = private unnamed_addr constant [9 x i8] c"momentum\00", align 1
@text.40 = private unnamed_addr constant [1 x i8] zeroinitializer, align 1
@text.41 = private unnamed_addr constant [35 x i8] c"sgd/regression_value_bias_momentum\00", align 1
@text.42 = private unnamed_addr constant [6 x i8] c"total\00", align 1
@text.43 = private unnamed_addr constant [5 x i8] c"loss\00", align 1
@text.44 = private unnamed_addr constant [11 x i8] c"loss/total\00", align 1
@text.45 = private unnamed_addr constant [6 x i8] c"count\00", align 1
@text.46 = private unnamed_addr constant [5 x i8] c"loss\00", align 1
@text.47 = private unnamed_addr constant [11 x i8] c"loss/count\00", align 1
@variables = private unnamed_addr constant [10 x %kcc_tensor] [%kcc_tensor { ptr @text.18, ptr @text.19, ptr @text.20, i32 0, i32 -1, i32 4, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 4, i8 0 }, %kcc_dim { i64 8, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 1, double 0xBFE6A09E667F3BCD, double 0x3FE6A09E667F3BCD, i64 -1 } }, %kcc_tensor { ptr @text.21, ptr @text.22, ptr @text.23, i32 1, i32 -1, i32 4, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 8, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.24, ptr @text.25, ptr @text.26, i32 0, i32 -1, i32 4, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 8, i8 0 }, %kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 1, double 0xBFEA20BD700C2C3E, double 0x3FEA20BD700C2C3E, i64 -1 } }, %kcc_tensor { ptr @text.27, ptr @text.28, ptr @text.29, i32 1, i32 -1, i32 4, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.30, ptr @text.31, ptr @text.32, i32 0, i32 0, i32 5, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 4, i8 0 }, %kcc_dim { i64 8, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.33, ptr @text.34, ptr @text.35, i32 1, i32 1, i32 5, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 8, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.36, ptr @text.37, ptr @text.38, i32 2, i32 2, i32 5, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 8, i8 0 }, %kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.39, ptr @text.40, ptr @text.41, i32 3, i32 3, i32 5, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.42, ptr @text.43, ptr @text.44, i32 0, i32 -1, i32 6, i32 0, i32 0, [8 x %kcc_dim] zeroinitializer, i8 0, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.45, ptr @text.46, ptr @text.47, i32 1, i32 -1, i32 6, i32 0, i32 0, [8 x %kcc_dim] zeroinitializer, i8 0, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }]
@text.48 = private unnamed_addr constant [5 x i8] c"loss\00", align 1
@metrics = private unnamed_addr constant [1 x %kcc_metric] [%kcc_metric { ptr @text.48, i32 -1, i32 -1 }]
@regression_program = hidden constant %kcc_program { i32 3, i32 352, ptr @text, ptr @text.1, ptr @text.2, ptr @text.3, ptr @text.4, ptr @text.5, i32 1, i32 1, i32 4, i32 10, i32 1, i32 0, float 0x3FA99999A0000000, float 0.000000e+00, ptr @inputs, ptr @outputs, ptr @targets, ptr @sample_weights, ptr @variables, ptr @metrics, [7 x %kcc_entry_point] [%kcc_entry_point zeroinitializer, %kcc_entry_point { ptr @entry_train, i64 192, i64 192 }, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer], ptr null, i64 0, i32 -1, i32 0, ptr null, ptr null, i32 0 }, align 64

; Function Attrs: noinline nounwind
define internal void @kernel.k0_hidden_contract(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
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
  %hidden_kernel = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %input = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %hidden_bias = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %hidden_tanh = load ptr, ptr %3, align 8, !invariant.load !0
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

loop:                                             ; preds = %490, %enter
  %task = phi i64 [ %begin, %enter ], [ %next32, %490 ]
  %8 = srem i64 %task, %6
  %9 = sdiv i64 %task, %6
  %10 = mul i64 %8, 6
  %11 = sub i64 %batch, %10
  %12 = icmp sle i64 6, %11
  br i1 %12, label %then, label %322

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
  %13 = mul i64 %k, 8
  %14 = getelementptr float, ptr %hidden_kernel, i64 %13
  %15 = load <8 x float>, ptr %14, align 4, !alias.scope !1, !noalias !4
  %16 = mul i64 %10, 4
  %17 = getelementptr float, ptr %input, i64 %16
  %18 = getelementptr float, ptr %17, i64 %k
  %19 = load float, ptr %18, align 4, !alias.scope !8, !noalias !9
  %20 = insertelement <8 x float> poison, float %19, i64 0
  %21 = shufflevector <8 x float> %20, <8 x float> poison, <8 x i32> zeroinitializer
  %22 = load <8 x float>, ptr %acc, align 32
  %23 = call <8 x float> @llvm.fma.v8f32(<8 x float> %21, <8 x float> %15, <8 x float> %22)
  store <8 x float> %23, ptr %acc, align 32
  %24 = mul i64 %10, 4
  %25 = getelementptr float, ptr %input, i64 %24
  %26 = getelementptr float, ptr %25, i64 %k
  %27 = getelementptr float, ptr %26, i64 4
  %28 = load float, ptr %27, align 4, !alias.scope !8, !noalias !9
  %29 = insertelement <8 x float> poison, float %28, i64 0
  %30 = shufflevector <8 x float> %29, <8 x float> poison, <8 x i32> zeroinitializer
  %31 = load <8 x float>, ptr %acc1, align 32
  %32 = call <8 x float> @llvm.fma.v8f32(<8 x float> %30, <8 x float> %15, <8 x float> %31)
  store <8 x float> %32, ptr %acc1, align 32
  %33 = mul i64 %10, 4
  %34 = getelementptr float, ptr %input, i64 %33
  %35 = getelementptr float, ptr %34, i64 %k
  %36 = getelementptr float, ptr %35, i64 8
  %37 = load float, ptr %36, align 4, !alias.scope !8, !noalias !9
  %38 = insertelement <8 x float> poison, float %37, i64 0
  %39 = shufflevector <8 x float> %38, <8 x float> poison, <8 x i32> zeroinitializer
  %40 = load <8 x float>, ptr %acc2, align 32
  %41 = call <8 x float> @llvm.fma.v8f32(<8 x float> %39, <8 x float> %15, <8 x float> %40)
  store <8 x float> %41, ptr %acc2, align 32
  %42 = mul i64 %10, 4
  %43 = getelementptr float, ptr %input, i64 %42
  %44 = getelementptr float, ptr %43, i64 %k
  %45 = getelementptr float, ptr %44, i64 12
  %46 = load float, ptr %45, align 4, !alias.scope !8, !noalias !9
  %47 = insertelement <8 x float> poison, float %46, i64 0
  %48 = shufflevector <8 x float> %47, <8 x float> poison, <8 x i32> zeroinitializer
  %49 = load <8 x float>, ptr %acc3, align 32
  %50 = call <8 x float> @llvm.fma.v8f32(<8 x float> %48, <8 x float> %15, <8 x float> %49)
  store <8 x float> %50, ptr %acc3, align 32
  %51 = mul i64 %10, 4
  %52 = getelementptr float, ptr %input, i64 %51
  %53 = getelementptr float, ptr %52, i64 %k
  %54 = getelementptr float, ptr %53, i64 16
  %55 = load float, ptr %54, align 4, !alias.scope !8, !noalias !9
  %56 = insertelement <8 x float> poison, float %55, i64 0
  %57 = shufflevector <8 x float> %56, <8 x float> poison, <8 x i32> zeroinitializer
  %58 = load <8 x float>, ptr %acc4, align 32
  %59 = call <8 x float> @llvm.fma.v8f32(<8 x float> %57, <8 x float> %15, <8 x float> %58)
  store <8 x float> %59, ptr %acc4, align 32
  %60 = mul i64 %10, 4
  %61 = getelementptr float, ptr %input, i64 %60
  %62 = getelementptr float, ptr %61, i64 %k
  %63 = getelementptr float, ptr %62, i64 20
  %64 = load float, ptr %63, align 4, !alias.scope !8, !noalias !9
  %65 = insertelement <8 x float> poison, float %64, i64 0
  %66 = shufflevector <8 x float> %65, <8 x float> poison, <8 x i32> zeroinitializer
  %67 = load <8 x float>, ptr %acc5, align 32
  %68 = call <8 x float> @llvm.fma.v8f32(<8 x float> %66, <8 x float> %15, <8 x float> %67)
  store <8 x float> %68, ptr %acc5, align 32
  %next = add nsw i64 %k, 1
  %69 = icmp slt i64 %next, 4
  br i1 %69, label %loop7, label %exit8

exit8:                                            ; preds = %loop7, %then
  %70 = load <8 x float>, ptr %hidden_bias, align 4, !alias.scope !10, !noalias !11
  %71 = load <8 x float>, ptr %acc, align 32
  %72 = fadd <8 x float> %71, %70
  %73 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %72)
  %74 = fmul <8 x float> %73, %73
  %75 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %74, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %76 = call <8 x float> @llvm.fma.v8f32(<8 x float> %75, <8 x float> %74, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %77 = call <8 x float> @llvm.fma.v8f32(<8 x float> %76, <8 x float> %74, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %78 = call <8 x float> @llvm.fma.v8f32(<8 x float> %77, <8 x float> %74, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %79 = fmul <8 x float> %74, %78
  %80 = call <8 x float> @llvm.fma.v8f32(<8 x float> %79, <8 x float> %73, <8 x float> %73)
  %81 = fadd <8 x float> %73, %73
  %82 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %81
  %83 = select <8 x i1> %82, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %81
  %84 = call <8 x float> @llvm.fma.v8f32(<8 x float> %83, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %85 = fsub <8 x float> %84, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %86 = call <8 x float> @llvm.fma.v8f32(<8 x float> %85, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %83)
  %87 = bitcast <8 x float> %84 to <8 x i32>
  %88 = sub <8 x i32> %87, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %89 = call <8 x float> @llvm.fma.v8f32(<8 x float> %85, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %86)
  %90 = fmul <8 x float> %89, %89
  %91 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %89, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %92 = call <8 x float> @llvm.fma.v8f32(<8 x float> %91, <8 x float> %89, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %93 = call <8 x float> @llvm.fma.v8f32(<8 x float> %92, <8 x float> %89, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %94 = call <8 x float> @llvm.fma.v8f32(<8 x float> %93, <8 x float> %89, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %95 = call <8 x float> @llvm.fma.v8f32(<8 x float> %90, <8 x float> %94, <8 x float> %89)
  %96 = fadd <8 x float> %95, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %97 = add <8 x i32> %88, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %98 = shl <8 x i32> %97, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %99 = bitcast <8 x i32> %98 to <8 x float>
  %100 = call <8 x float> @llvm.fma.v8f32(<8 x float> %96, <8 x float> %99, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %101 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %100
  %102 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %101
  %103 = fcmp olt <8 x float> %73, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %104 = select <8 x i1> %103, <8 x float> %80, <8 x float> %102
  %105 = bitcast <8 x float> %72 to <8 x i32>
  %106 = and <8 x i32> %105, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %107 = bitcast <8 x float> %104 to <8 x i32>
  %108 = or <8 x i32> %107, %106
  %109 = bitcast <8 x i32> %108 to <8 x float>
  %110 = mul i64 %10, 8
  %111 = getelementptr float, ptr %hidden_tanh, i64 %110
  store <8 x float> %109, ptr %111, align 4, !alias.scope !12, !noalias !13
  %112 = load <8 x float>, ptr %acc1, align 32
  %113 = fadd <8 x float> %112, %70
  %114 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %113)
  %115 = fmul <8 x float> %114, %114
  %116 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %115, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %117 = call <8 x float> @llvm.fma.v8f32(<8 x float> %116, <8 x float> %115, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %118 = call <8 x float> @llvm.fma.v8f32(<8 x float> %117, <8 x float> %115, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %119 = call <8 x float> @llvm.fma.v8f32(<8 x float> %118, <8 x float> %115, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %120 = fmul <8 x float> %115, %119
  %121 = call <8 x float> @llvm.fma.v8f32(<8 x float> %120, <8 x float> %114, <8 x float> %114)
  %122 = fadd <8 x float> %114, %114
  %123 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %122
  %124 = select <8 x i1> %123, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %122
  %125 = call <8 x float> @llvm.fma.v8f32(<8 x float> %124, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %126 = fsub <8 x float> %125, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %127 = call <8 x float> @llvm.fma.v8f32(<8 x float> %126, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %124)
  %128 = bitcast <8 x float> %125 to <8 x i32>
  %129 = sub <8 x i32> %128, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %130 = call <8 x float> @llvm.fma.v8f32(<8 x float> %126, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %127)
  %131 = fmul <8 x float> %130, %130
  %132 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %130, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %133 = call <8 x float> @llvm.fma.v8f32(<8 x float> %132, <8 x float> %130, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %134 = call <8 x float> @llvm.fma.v8f32(<8 x float> %133, <8 x float> %130, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %135 = call <8 x float> @llvm.fma.v8f32(<8 x float> %134, <8 x float> %130, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %136 = call <8 x float> @llvm.fma.v8f32(<8 x float> %131, <8 x float> %135, <8 x float> %130)
  %137 = fadd <8 x float> %136, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %138 = add <8 x i32> %129, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %139 = shl <8 x i32> %138, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %140 = bitcast <8 x i32> %139 to <8 x float>
  %141 = call <8 x float> @llvm.fma.v8f32(<8 x float> %137, <8 x float> %140, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %142 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %141
  %143 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %142
  %144 = fcmp olt <8 x float> %114, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %145 = select <8 x i1> %144, <8 x float> %121, <8 x float> %143
  %146 = bitcast <8 x float> %113 to <8 x i32>
  %147 = and <8 x i32> %146, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %148 = bitcast <8 x float> %145 to <8 x i32>
  %149 = or <8 x i32> %148, %147
  %150 = bitcast <8 x i32> %149 to <8 x float>
  %151 = mul i64 %10, 8
  %152 = getelementptr float, ptr %hidden_tanh, i64 %151
  %153 = getelementptr float, ptr %152, i64 8
  store <8 x float> %150, ptr %153, align 4, !alias.scope !12, !noalias !13
  %154 = load <8 x float>, ptr %acc2, align 32
  %155 = fadd <8 x float> %154, %70
  %156 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %155)
  %157 = fmul <8 x float> %156, %156
  %158 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %157, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %159 = call <8 x float> @llvm.fma.v8f32(<8 x float> %158, <8 x float> %157, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %160 = call <8 x float> @llvm.fma.v8f32(<8 x float> %159, <8 x float> %157, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %161 = call <8 x float> @llvm.fma.v8f32(<8 x float> %160, <8 x float> %157, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %162 = fmul <8 x float> %157, %161
  %163 = call <8 x float> @llvm.fma.v8f32(<8 x float> %162, <8 x float> %156, <8 x float> %156)
  %164 = fadd <8 x float> %156, %156
  %165 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %164
  %166 = select <8 x i1> %165, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %164
  %167 = call <8 x float> @llvm.fma.v8f32(<8 x float> %166, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %168 = fsub <8 x float> %167, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %169 = call <8 x float> @llvm.fma.v8f32(<8 x float> %168, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %166)
  %170 = bitcast <8 x float> %167 to <8 x i32>
  %171 = sub <8 x i32> %170, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %172 = call <8 x float> @llvm.fma.v8f32(<8 x float> %168, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %169)
  %173 = fmul <8 x float> %172, %172
  %174 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %172, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %175 = call <8 x float> @llvm.fma.v8f32(<8 x float> %174, <8 x float> %172, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %176 = call <8 x float> @llvm.fma.v8f32(<8 x float> %175, <8 x float> %172, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %177 = call <8 x float> @llvm.fma.v8f32(<8 x float> %176, <8 x float> %172, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %178 = call <8 x float> @llvm.fma.v8f32(<8 x float> %173, <8 x float> %177, <8 x float> %172)
  %179 = fadd <8 x float> %178, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %180 = add <8 x i32> %171, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %181 = shl <8 x i32> %180, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %182 = bitcast <8 x i32> %181 to <8 x float>
  %183 = call <8 x float> @llvm.fma.v8f32(<8 x float> %179, <8 x float> %182, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %184 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %183
  %185 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %184
  %186 = fcmp olt <8 x float> %156, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %187 = select <8 x i1> %186, <8 x float> %163, <8 x float> %185
  %188 = bitcast <8 x float> %155 to <8 x i32>
  %189 = and <8 x i32> %188, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %190 = bitcast <8 x float> %187 to <8 x i32>
  %191 = or <8 x i32> %190, %189
  %192 = bitcast <8 x i32> %191 to <8 x float>
  %193 = mul i64 %10, 8
  %194 = getelementptr float, ptr %hidden_tanh, i64 %193
  %195 = getelementptr float, ptr %194, i64 16
  store <8 x float> %192, ptr %195, align 4, !alias.scope !12, !noalias !13
  %196 = load <8 x float>, ptr %acc3, align 32
  %197 = fadd <8 x float> %196, %70
  %198 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %197)
  %199 = fmul <8 x float> %198, %198
  %200 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %199, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %201 = call <8 x float> @llvm.fma.v8f32(<8 x float> %200, <8 x float> %199, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %202 = call <8 x float> @llvm.fma.v8f32(<8 x float> %201, <8 x float> %199, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %203 = call <8 x float> @llvm.fma.v8f32(<8 x float> %202, <8 x float> %199, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %204 = fmul <8 x float> %199, %203
  %205 = call <8 x float> @llvm.fma.v8f32(<8 x float> %204, <8 x float> %198, <8 x float> %198)
  %206 = fadd <8 x float> %198, %198
  %207 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %206
  %208 = select <8 x i1> %207, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %206
  %209 = call <8 x float> @llvm.fma.v8f32(<8 x float> %208, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %210 = fsub <8 x float> %209, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %211 = call <8 x float> @llvm.fma.v8f32(<8 x float> %210, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %208)
  %212 = bitcast <8 x float> %209 to <8 x i32>
  %213 = sub <8 x i32> %212, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %214 = call <8 x float> @llvm.fma.v8f32(<8 x float> %210, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %211)
  %215 = fmul <8 x float> %214, %214
  %216 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %214, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %217 = call <8 x float> @llvm.fma.v8f32(<8 x float> %216, <8 x float> %214, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %218 = call <8 x float> @llvm.fma.v8f32(<8 x float> %217, <8 x float> %214, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %219 = call <8 x float> @llvm.fma.v8f32(<8 x float> %218, <8 x float> %214, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %220 = call <8 x float> @llvm.fma.v8f32(<8 x float> %215, <8 x float> %219, <8 x float> %214)
  %221 = fadd <8 x float> %220, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %222 = add <8 x i32> %213, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %223 = shl <8 x i32> %222, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %224 = bitcast <8 x i32> %223 to <8 x float>
  %225 = call <8 x float> @llvm.fma.v8f32(<8 x float> %221, <8 x float> %224, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %226 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %225
  %227 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %226
  %228 = fcmp olt <8 x float> %198, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %229 = select <8 x i1> %228, <8 x float> %205, <8 x float> %227
  %230 = bitcast <8 x float> %197 to <8 x i32>
  %231 = and <8 x i32> %230, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %232 = bitcast <8 x float> %229 to <8 x i32>
  %233 = or <8 x i32> %232, %231
  %234 = bitcast <8 x i32> %233 to <8 x float>
  %235 = mul i64 %10, 8
  %236 = getelementptr float, ptr %hidden_tanh, i64 %235
  %237 = getelementptr float, ptr %236, i64 24
  store <8 x float> %234, ptr %237, align 4, !alias.scope !12, !noalias !13
  %238 = load <8 x float>, ptr %acc4, align 32
  %239 = fadd <8 x float> %238, %70
  %240 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %239)
  %241 = fmul <8 x float> %240, %240
  %242 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %241, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %243 = call <8 x float> @llvm.fma.v8f32(<8 x float> %242, <8 x float> %241, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %244 = call <8 x float> @llvm.fma.v8f32(<8 x float> %243, <8 x float> %241, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %245 = call <8 x float> @llvm.fma.v8f32(<8 x float> %244, <8 x float> %241, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %246 = fmul <8 x float> %241, %245
  %247 = call <8 x float> @llvm.fma.v8f32(<8 x float> %246, <8 x float> %240, <8 x float> %240)
  %248 = fadd <8 x float> %240, %240
  %249 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %248
  %250 = select <8 x i1> %249, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %248
  %251 = call <8 x float> @llvm.fma.v8f32(<8 x float> %250, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %252 = fsub <8 x float> %251, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %253 = call <8 x float> @llvm.fma.v8f32(<8 x float> %252, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %250)
  %254 = bitcast <8 x float> %251 to <8 x i32>
  %255 = sub <8 x i32> %254, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %256 = call <8 x float> @llvm.fma.v8f32(<8 x float> %252, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %253)
  %257 = fmul <8 x float> %256, %256
  %258 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %256, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %259 = call <8 x float> @llvm.fma.v8f32(<8 x float> %258, <8 x float> %256, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %260 = call <8 x float> @llvm.fma.v8f32(<8 x float> %259, <8 x float> %256, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %261 = call <8 x float> @llvm.fma.v8f32(<8 x float> %260, <8 x float> %256, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %262 = call <8 x float> @llvm.fma.v8f32(<8 x float> %257, <8 x float> %261, <8 x float> %256)
  %263 = fadd <8 x float> %262, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %264 = add <8 x i32> %255, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %265 = shl <8 x i32> %264, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %266 = bitcast <8 x i32> %265 to <8 x float>
  %267 = call <8 x float> @llvm.fma.v8f32(<8 x float> %263, <8 x float> %266, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %268 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %267
  %269 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %268
  %270 = fcmp olt <8 x float> %240, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %271 = select <8 x i1> %270, <8 x float> %247, <8 x float> %269
  %272 = bitcast <8 x float> %239 to <8 x i32>
  %273 = and <8 x i32> %272, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %274 = bitcast <8 x float> %271 to <8 x i32>
  %275 = or <8 x i32> %274, %273
  %276 = bitcast <8 x i32> %275 to <8 x float>
  %277 = mul i64 %10, 8
  %278 = getelementptr float, ptr %hidden_tanh, i64 %277
  %279 = getelementptr float, ptr %278, i64 32
  store <8 x float> %276, ptr %279, align 4, !alias.scope !12, !noalias !13
  %280 = load <8 x float>, ptr %acc5, align 32
  %281 = fadd <8 x float> %280, %70
  %282 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %281)
  %283 = fmul <8 x float> %282, %282
  %284 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %283, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %285 = call <8 x float> @llvm.fma.v8f32(<8 x float> %284, <8 x float> %283, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %286 = call <8 x float> @llvm.fma.v8f32(<8 x float> %285, <8 x float> %283, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %287 = call <8 x float> @llvm.fma.v8f32(<8 x float> %286, <8 x float> %283, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %288 = fmul <8 x float> %283, %287
  %289 = call <8 x float> @llvm.fma.v8f32(<8 x float> %288, <8 x float> %282, <8 x float> %282)
  %290 = fadd <8 x float> %282, %282
  %291 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %290
  %292 = select <8 x i1> %291, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %290
  %293 = call <8 x float> @llvm.fma.v8f32(<8 x float> %292, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %294 = fsub <8 x float> %293, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %295 = call <8 x float> @llvm.fma.v8f32(<8 x float> %294, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %292)
  %296 = bitcast <8 x float> %293 to <8 x i32>
  %297 = sub <8 x i32> %296, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %298 = call <8 x float> @llvm.fma.v8f32(<8 x float> %294, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %295)
  %299 = fmul <8 x float> %298, %298
  %300 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %298, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %301 = call <8 x float> @llvm.fma.v8f32(<8 x float> %300, <8 x float> %298, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %302 = call <8 x float> @llvm.fma.v8f32(<8 x float> %301, <8 x float> %298, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %303 = call <8 x float> @llvm.fma.v8f32(<8 x float> %302, <8 x float> %298, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %304 = call <8 x float> @llvm.fma.v8f32(<8 x float> %299, <8 x float> %303, <8 x float> %298)
  %305 = fadd <8 x float> %304, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %306 = add <8 x i32> %297, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %307 = shl <8 x i32> %306, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %308 = bitcast <8 x i32> %307 to <8 x float>
  %309 = call <8 x float> @llvm.fma.v8f32(<8 x float> %305, <8 x float> %308, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %310 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %309
  %311 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %310
  %312 = fcmp olt <8 x float> %282, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %313 = select <8 x i1> %312, <8 x float> %289, <8 x float> %311
  %314 = bitcast <8 x float> %281 to <8 x i32>
  %315 = and <8 x i32> %314, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %316 = bitcast <8 x float> %313 to <8 x i32>
  %317 = or <8 x i32> %316, %315
  %318 = bitcast <8 x i32> %317 to <8 x float>
  %319 = mul i64 %10, 8
  %320 = getelementptr float, ptr %hidden_tanh, i64 %319
  %321 = getelementptr float, ptr %320, i64 40
  store <8 x float> %318, ptr %321, align 4, !alias.scope !12, !noalias !13
  br label %322

322:                                              ; preds = %exit8, %loop
  %323 = icmp slt i64 %11, 6
  br i1 %323, label %then9, label %490

then9:                                            ; preds = %322
  %324 = and i64 %11, -2
  %325 = add i64 %10, %324
  %326 = icmp slt i64 %10, %325
  br i1 %326, label %enter10, label %exit12

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
  %327 = mul i64 %k18, 8
  %328 = getelementptr float, ptr %hidden_kernel, i64 %327
  %329 = load <8 x float>, ptr %328, align 4, !alias.scope !1, !noalias !4
  %330 = mul i64 %row, 4
  %331 = getelementptr float, ptr %input, i64 %330
  %332 = getelementptr float, ptr %331, i64 %k18
  %333 = load float, ptr %332, align 4, !alias.scope !8, !noalias !9
  %334 = insertelement <8 x float> poison, float %333, i64 0
  %335 = shufflevector <8 x float> %334, <8 x float> poison, <8 x i32> zeroinitializer
  %336 = load <8 x float>, ptr %acc13, align 32
  %337 = call <8 x float> @llvm.fma.v8f32(<8 x float> %335, <8 x float> %329, <8 x float> %336)
  store <8 x float> %337, ptr %acc13, align 32
  %338 = mul i64 %row, 4
  %339 = getelementptr float, ptr %input, i64 %338
  %340 = getelementptr float, ptr %339, i64 %k18
  %341 = getelementptr float, ptr %340, i64 4
  %342 = load float, ptr %341, align 4, !alias.scope !8, !noalias !9
  %343 = insertelement <8 x float> poison, float %342, i64 0
  %344 = shufflevector <8 x float> %343, <8 x float> poison, <8 x i32> zeroinitializer
  %345 = load <8 x float>, ptr %acc14, align 32
  %346 = call <8 x float> @llvm.fma.v8f32(<8 x float> %344, <8 x float> %329, <8 x float> %345)
  store <8 x float> %346, ptr %acc14, align 32
  %next19 = add nsw i64 %k18, 1
  %347 = icmp slt i64 %next19, 4
  br i1 %347, label %loop16, label %exit17

exit17:                                           ; preds = %loop16, %loop11
  %348 = load <8 x float>, ptr %hidden_bias, align 4, !alias.scope !10, !noalias !11
  %349 = load <8 x float>, ptr %acc13, align 32
  %350 = fadd <8 x float> %349, %348
  %351 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %350)
  %352 = fmul <8 x float> %351, %351
  %353 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %352, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %354 = call <8 x float> @llvm.fma.v8f32(<8 x float> %353, <8 x float> %352, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %355 = call <8 x float> @llvm.fma.v8f32(<8 x float> %354, <8 x float> %352, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %356 = call <8 x float> @llvm.fma.v8f32(<8 x float> %355, <8 x float> %352, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %357 = fmul <8 x float> %352, %356
  %358 = call <8 x float> @llvm.fma.v8f32(<8 x float> %357, <8 x float> %351, <8 x float> %351)
  %359 = fadd <8 x float> %351, %351
  %360 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %359
  %361 = select <8 x i1> %360, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %359
  %362 = call <8 x float> @llvm.fma.v8f32(<8 x float> %361, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %363 = fsub <8 x float> %362, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %364 = call <8 x float> @llvm.fma.v8f32(<8 x float> %363, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %361)
  %365 = bitcast <8 x float> %362 to <8 x i32>
  %366 = sub <8 x i32> %365, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %367 = call <8 x float> @llvm.fma.v8f32(<8 x float> %363, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %364)
  %368 = fmul <8 x float> %367, %367
  %369 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %367, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %370 = call <8 x float> @llvm.fma.v8f32(<8 x float> %369, <8 x float> %367, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %371 = call <8 x float> @llvm.fma.v8f32(<8 x float> %370, <8 x float> %367, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %372 = call <8 x float> @llvm.fma.v8f32(<8 x float> %371, <8 x float> %367, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %373 = call <8 x float> @llvm.fma.v8f32(<8 x float> %368, <8 x float> %372, <8 x float> %367)
  %374 = fadd <8 x float> %373, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %375 = add <8 x i32> %366, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %376 = shl <8 x i32> %375, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %377 = bitcast <8 x i32> %376 to <8 x float>
  %378 = call <8 x float> @llvm.fma.v8f32(<8 x float> %374, <8 x float> %377, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %379 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %378
  %380 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %379
  %381 = fcmp olt <8 x float> %351, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %382 = select <8 x i1> %381, <8 x float> %358, <8 x float> %380
  %383 = bitcast <8 x float> %350 to <8 x i32>
  %384 = and <8 x i32> %383, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %385 = bitcast <8 x float> %382 to <8 x i32>
  %386 = or <8 x i32> %385, %384
  %387 = bitcast <8 x i32> %386 to <8 x float>
  %388 = mul i64 %row, 8
  %389 = getelementptr float, ptr %hidden_tanh, i64 %388
  store <8 x float> %387, ptr %389, align 4, !alias.scope !12, !noalias !13
  %390 = load <8 x float>, ptr %acc14, align 32
  %391 = fadd <8 x float> %390, %348
  %392 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %391)
  %393 = fmul <8 x float> %392, %392
  %394 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %393, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %395 = call <8 x float> @llvm.fma.v8f32(<8 x float> %394, <8 x float> %393, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %396 = call <8 x float> @llvm.fma.v8f32(<8 x float> %395, <8 x float> %393, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %397 = call <8 x float> @llvm.fma.v8f32(<8 x float> %396, <8 x float> %393, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %398 = fmul <8 x float> %393, %397
  %399 = call <8 x float> @llvm.fma.v8f32(<8 x float> %398, <8 x float> %392, <8 x float> %392)
  %400 = fadd <8 x float> %392, %392
  %401 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %400
  %402 = select <8 x i1> %401, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %400
  %403 = call <8 x float> @llvm.fma.v8f32(<8 x float> %402, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %404 = fsub <8 x float> %403, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %405 = call <8 x float> @llvm.fma.v8f32(<8 x float> %404, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %402)
  %406 = bitcast <8 x float> %403 to <8 x i32>
  %407 = sub <8 x i32> %406, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %408 = call <8 x float> @llvm.fma.v8f32(<8 x float> %404, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %405)
  %409 = fmul <8 x float> %408, %408
  %410 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %408, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %411 = call <8 x float> @llvm.fma.v8f32(<8 x float> %410, <8 x float> %408, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %412 = call <8 x float> @llvm.fma.v8f32(<8 x float> %411, <8 x float> %408, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %413 = call <8 x float> @llvm.fma.v8f32(<8 x float> %412, <8 x float> %408, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %414 = call <8 x float> @llvm.fma.v8f32(<8 x float> %409, <8 x float> %413, <8 x float> %408)
  %415 = fadd <8 x float> %414, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %416 = add <8 x i32> %407, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %417 = shl <8 x i32> %416, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %418 = bitcast <8 x i32> %417 to <8 x float>
  %419 = call <8 x float> @llvm.fma.v8f32(<8 x float> %415, <8 x float> %418, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %420 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %419
  %421 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %420
  %422 = fcmp olt <8 x float> %392, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %423 = select <8 x i1> %422, <8 x float> %399, <8 x float> %421
  %424 = bitcast <8 x float> %391 to <8 x i32>
  %425 = and <8 x i32> %424, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %426 = bitcast <8 x float> %423 to <8 x i32>
  %427 = or <8 x i32> %426, %425
  %428 = bitcast <8 x i32> %427 to <8 x float>
  %429 = mul i64 %row, 8
  %430 = getelementptr float, ptr %hidden_tanh, i64 %429
  %431 = getelementptr float, ptr %430, i64 8
  store <8 x float> %428, ptr %431, align 4, !alias.scope !12, !noalias !13
  %next20 = add nsw i64 %row, 2
  %432 = icmp slt i64 %next20, %325
  br i1 %432, label %loop11, label %exit12

exit12:                                           ; preds = %exit17, %then9
  %433 = add i64 %10, %11
  %434 = icmp slt i64 %325, %433
  br i1 %434, label %enter21, label %exit23

enter21:                                          ; preds = %exit12
  br label %loop22

loop22:                                           ; preds = %exit28, %enter21
  %row24 = phi i64 [ %325, %enter21 ], [ %next31, %exit28 ]
  store <8 x float> zeroinitializer, ptr %acc25, align 32
  br i1 true, label %enter26, label %exit28

enter26:                                          ; preds = %loop22
  br label %loop27

loop27:                                           ; preds = %loop27, %enter26
  %k29 = phi i64 [ 0, %enter26 ], [ %next30, %loop27 ]
  %435 = mul i64 %k29, 8
  %436 = getelementptr float, ptr %hidden_kernel, i64 %435
  %437 = load <8 x float>, ptr %436, align 4, !alias.scope !1, !noalias !4
  %438 = mul i64 %row24, 4
  %439 = getelementptr float, ptr %input, i64 %438
  %440 = getelementptr float, ptr %439, i64 %k29
  %441 = load float, ptr %440, align 4, !alias.scope !8, !noalias !9
  %442 = insertelement <8 x float> poison, float %441, i64 0
  %443 = shufflevector <8 x float> %442, <8 x float> poison, <8 x i32> zeroinitializer
  %444 = load <8 x float>, ptr %acc25, align 32
  %445 = call <8 x float> @llvm.fma.v8f32(<8 x float> %443, <8 x float> %437, <8 x float> %444)
  store <8 x float> %445, ptr %acc25, align 32
  %next30 = add nsw i64 %k29, 1
  %446 = icmp slt i64 %next30, 4
  br i1 %446, label %loop27, label %exit28

exit28:                                           ; preds = %loop27, %loop22
  %447 = load <8 x float>, ptr %hidden_bias, align 4, !alias.scope !10, !noalias !11
  %448 = load <8 x float>, ptr %acc25, align 32
  %449 = fadd <8 x float> %448, %447
  %450 = call <8 x float> @llvm.fabs.v8f32(<8 x float> %449)
  %451 = fmul <8 x float> %450, %450
  %452 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000, float 0xBF7750CE60000000>, <8 x float> %451, <8 x float> <float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000, float 0x3F951F8CE0000000>)
  %453 = call <8 x float> @llvm.fma.v8f32(<8 x float> %452, <8 x float> %451, <8 x float> <float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000, float 0xBFAB835A40000000>)
  %454 = call <8 x float> @llvm.fma.v8f32(<8 x float> %453, <8 x float> %451, <8 x float> <float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000, float 0x3FC1106F60000000>)
  %455 = call <8 x float> @llvm.fma.v8f32(<8 x float> %454, <8 x float> %451, <8 x float> <float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000, float 0xBFD5555320000000>)
  %456 = fmul <8 x float> %451, %455
  %457 = call <8 x float> @llvm.fma.v8f32(<8 x float> %456, <8 x float> %450, <8 x float> %450)
  %458 = fadd <8 x float> %450, %450
  %459 = fcmp olt <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, %458
  %460 = select <8 x i1> %459, <8 x float> <float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01, float 2.000000e+01>, <8 x float> %458
  %461 = call <8 x float> @llvm.fma.v8f32(<8 x float> %460, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %462 = fsub <8 x float> %461, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %463 = call <8 x float> @llvm.fma.v8f32(<8 x float> %462, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %460)
  %464 = bitcast <8 x float> %461 to <8 x i32>
  %465 = sub <8 x i32> %464, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %466 = call <8 x float> @llvm.fma.v8f32(<8 x float> %462, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %463)
  %467 = fmul <8 x float> %466, %466
  %468 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %466, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %469 = call <8 x float> @llvm.fma.v8f32(<8 x float> %468, <8 x float> %466, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %470 = call <8 x float> @llvm.fma.v8f32(<8 x float> %469, <8 x float> %466, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %471 = call <8 x float> @llvm.fma.v8f32(<8 x float> %470, <8 x float> %466, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %472 = call <8 x float> @llvm.fma.v8f32(<8 x float> %467, <8 x float> %471, <8 x float> %466)
  %473 = fadd <8 x float> %472, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %474 = add <8 x i32> %465, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %475 = shl <8 x i32> %474, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %476 = bitcast <8 x i32> %475 to <8 x float>
  %477 = call <8 x float> @llvm.fma.v8f32(<8 x float> %473, <8 x float> %476, <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>)
  %478 = fdiv <8 x float> <float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00, float 2.000000e+00>, %477
  %479 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %478
  %480 = fcmp olt <8 x float> %450, <float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01, float 6.250000e-01>
  %481 = select <8 x i1> %480, <8 x float> %457, <8 x float> %479
  %482 = bitcast <8 x float> %449 to <8 x i32>
  %483 = and <8 x i32> %482, <i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648, i32 -2147483648>
  %484 = bitcast <8 x float> %481 to <8 x i32>
  %485 = or <8 x i32> %484, %483
  %486 = bitcast <8 x i32> %485 to <8 x float>
  %487 = mul i64 %row24, 8
  %488 = getelementptr float, ptr %hidden_tanh, i64 %487
  store <8 x float> %486, ptr %488, align 4, !alias.scope !12, !noalias !13
  %next31 = add nsw i64 %row24, 1
  %489 = icmp slt i64 %next31, %433
  br i1 %489, label %loop22, label %exit23

exit23:                                           ; preds = %exit28, %exit12
  br label %490

490:                                              ; preds = %exit23, %322
  %next32 = add nsw i64 %task, 1
  %491 = icmp slt i64 %next32, %end
  br i1 %491, label %loop, label %exit

exit:                                             ; preds = %490, %start
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>) #1

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare <8 x float> @llvm.fabs.v8f32(<8 x float>) #1

; Function Attrs: noinline nounwind
define internal void @kernel.k1_value_rows(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %hidden_tanh = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %value_kernel = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %value_bias = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %target0 = load ptr, ptr %3, align 8, !invariant.load !0
  %4 = getelementptr inbounds ptr, ptr %buffer, i64 4
  %mean_squared_error_sub = load ptr, ptr %4, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %5 = load float, ptr %value_bias, align 4, !alias.scope !14, !noalias !17
  %6 = icmp slt i64 %begin, %end
  br i1 %6, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %loop, %enter
  %task = phi i64 [ %begin, %enter ], [ %next, %loop ]
  store <8 x float> zeroinitializer, ptr %acc, align 32
  %7 = mul i64 %task, 8
  %8 = getelementptr float, ptr %hidden_tanh, i64 %7
  %9 = load <8 x float>, ptr %8, align 4, !alias.scope !22, !noalias !23
  %10 = load <8 x float>, ptr %value_kernel, align 4, !alias.scope !24, !noalias !25
  %11 = fmul <8 x float> %9, %10
  %12 = load <8 x float>, ptr %acc, align 32
  %13 = fadd <8 x float> %12, %11
  store <8 x float> %13, ptr %acc, align 32
  %14 = load <8 x float>, ptr %acc, align 32
  %15 = shufflevector <8 x float> %14, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %16 = shufflevector <8 x float> %14, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %17 = fadd <4 x float> %15, %16
  %18 = shufflevector <4 x float> %17, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %19 = shufflevector <4 x float> %17, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %20 = fadd <2 x float> %18, %19
  %21 = extractelement <2 x float> %20, i64 0
  %22 = extractelement <2 x float> %20, i64 1
  %23 = fadd float %21, %22
  %24 = fadd float %23, %5
  %25 = getelementptr float, ptr %target0, i64 %task
  %26 = load float, ptr %25, align 4, !alias.scope !26, !noalias !27
  %27 = fsub float %24, %26
  %28 = getelementptr float, ptr %mean_squared_error_sub, i64 %task
  store float %27, ptr %28, align 4, !alias.scope !28, !noalias !29
  %next = add nsw i64 %task, 1
  %29 = icmp slt i64 %next, %end
  br i1 %29, label %loop, label %exit

exit:                                             ; preds = %loop, %start
  ret void
}

; Function Attrs: noinline nounwind
define internal void @kernel.k2_mean_squared_error_rows(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc1 = alloca <8 x float>, align 32
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %mean_squared_error_sub = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %sample_weight0 = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %d_mean_squared_error_add = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %sgd_regression_value_bias_momentum = load ptr, ptr %3, align 8, !invariant.load !0
  %4 = getelementptr inbounds ptr, ptr %buffer, i64 4
  %value_bias = load ptr, ptr %4, align 8, !invariant.load !0
  %5 = getelementptr inbounds ptr, ptr %buffer, i64 5
  %mean_squared_error_reduce_sum = load ptr, ptr %5, align 8, !invariant.load !0
  %6 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %6, align 8, !invariant.load !0
  %7 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 3
  %learning_rate = load float, ptr %7, align 4, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %8 = sitofp i64 %batch to float
  %9 = fdiv float 1.000000e+00, %8
  %10 = load float, ptr %sgd_regression_value_bias_momentum, align 4, !alias.scope !30, !noalias !33
  %11 = fmul float %10, 0x3FECCCCCC0000000
  %12 = load float, ptr %value_bias, align 4, !alias.scope !39, !noalias !40
  %13 = icmp slt i64 %begin, %end
  br i1 %13, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %80, %enter
  %task = phi i64 [ %begin, %enter ], [ %next5, %80 ]
  store <8 x float> zeroinitializer, ptr %acc, align 32
  store <8 x float> zeroinitializer, ptr %acc1, align 32
  %14 = sdiv i64 %batch, 8
  %15 = mul i64 %14, 8
  %16 = icmp slt i64 0, %15
  br i1 %16, label %enter2, label %exit4

enter2:                                           ; preds = %loop
  br label %loop3

loop3:                                            ; preds = %loop3, %enter2
  %i = phi i64 [ 0, %enter2 ], [ %next, %loop3 ]
  %17 = getelementptr float, ptr %mean_squared_error_sub, i64 %i
  %18 = load <8 x float>, ptr %17, align 4, !alias.scope !41, !noalias !42
  %19 = fmul <8 x float> %18, %18
  %20 = getelementptr float, ptr %sample_weight0, i64 %i
  %21 = load <8 x float>, ptr %20, align 4, !alias.scope !43, !noalias !44
  %22 = fmul <8 x float> %19, %21
  %23 = load <8 x float>, ptr %acc, align 32
  %24 = fadd <8 x float> %23, %22
  store <8 x float> %24, ptr %acc, align 32
  %25 = insertelement <8 x float> poison, float %9, i64 0
  %26 = shufflevector <8 x float> %25, <8 x float> poison, <8 x i32> zeroinitializer
  %27 = fmul <8 x float> %26, %21
  %28 = fmul <8 x float> %27, %18
  %29 = fadd <8 x float> %28, %28
  %30 = load <8 x float>, ptr %acc1, align 32
  %31 = fadd <8 x float> %30, %29
  store <8 x float> %31, ptr %acc1, align 32
  %32 = getelementptr float, ptr %d_mean_squared_error_add, i64 %i
  store <8 x float> %29, ptr %32, align 4, !alias.scope !45, !noalias !46
  %next = add nsw i64 %i, 8
  %33 = icmp slt i64 %next, %15
  br i1 %33, label %loop3, label %exit4

exit4:                                            ; preds = %loop3, %loop
  %34 = icmp slt i64 %15, %batch
  %35 = sub i64 %batch, %15
  br i1 %34, label %then, label %80

then:                                             ; preds = %exit4
  %36 = getelementptr float, ptr %mean_squared_error_sub, i64 %15
  %37 = call i64 @llvm.smax.i64(i64 %35, i64 0)
  %38 = call i64 @llvm.smin.i64(i64 %37, i64 8)
  %39 = trunc i64 %38 to i32
  %40 = insertelement <8 x i32> poison, i32 %39, i64 0
  %41 = shufflevector <8 x i32> %40, <8 x i32> poison, <8 x i32> zeroinitializer
  %42 = icmp ugt <8 x i32> %41, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %43 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %36, i32 4, <8 x i1> %42, <8 x float> zeroinitializer), !alias.scope !41, !noalias !42
  %44 = fmul <8 x float> %43, %43
  %45 = getelementptr float, ptr %sample_weight0, i64 %15
  %46 = call i64 @llvm.smax.i64(i64 %35, i64 0)
  %47 = call i64 @llvm.smin.i64(i64 %46, i64 8)
  %48 = trunc i64 %47 to i32
  %49 = insertelement <8 x i32> poison, i32 %48, i64 0
  %50 = shufflevector <8 x i32> %49, <8 x i32> poison, <8 x i32> zeroinitializer
  %51 = icmp ugt <8 x i32> %50, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %52 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %45, i32 4, <8 x i1> %51, <8 x float> zeroinitializer), !alias.scope !43, !noalias !44
  %53 = fmul <8 x float> %44, %52
  %54 = trunc i64 %35 to i32
  %55 = insertelement <8 x i32> poison, i32 %54, i64 0
  %56 = shufflevector <8 x i32> %55, <8 x i32> poison, <8 x i32> zeroinitializer
  %57 = icmp slt <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>, %56
  %58 = select <8 x i1> %57, <8 x float> %53, <8 x float> zeroinitializer
  %59 = load <8 x float>, ptr %acc, align 32
  %60 = fadd <8 x float> %59, %58
  store <8 x float> %60, ptr %acc, align 32
  %61 = insertelement <8 x float> poison, float %9, i64 0
  %62 = shufflevector <8 x float> %61, <8 x float> poison, <8 x i32> zeroinitializer
  %63 = fmul <8 x float> %62, %52
  %64 = fmul <8 x float> %63, %43
  %65 = fadd <8 x float> %64, %64
  %66 = trunc i64 %35 to i32
  %67 = insertelement <8 x i32> poison, i32 %66, i64 0
  %68 = shufflevector <8 x i32> %67, <8 x i32> poison, <8 x i32> zeroinitializer
  %69 = icmp slt <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>, %68
  %70 = select <8 x i1> %69, <8 x float> %65, <8 x float> zeroinitializer
  %71 = load <8 x float>, ptr %acc1, align 32
  %72 = fadd <8 x float> %71, %70
  store <8 x float> %72, ptr %acc1, align 32
  %73 = getelementptr float, ptr %d_mean_squared_error_add, i64 %15
  %74 = call i64 @llvm.smax.i64(i64 %35, i64 0)
  %75 = call i64 @llvm.smin.i64(i64 %74, i64 8)
  %76 = trunc i64 %75 to i32
  %77 = insertelement <8 x i32> poison, i32 %76, i64 0
  %78 = shufflevector <8 x i32> %77, <8 x i32> poison, <8 x i32> zeroinitializer
  %79 = icmp ugt <8 x i32> %78, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %65, ptr %73, i32 4, <8 x i1> %79), !alias.scope !45, !noalias !46
  br label %80

80:                                               ; preds = %then, %exit4
  %81 = load <8 x float>, ptr %acc, align 32
  %82 = shufflevector <8 x float> %81, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %83 = shufflevector <8 x float> %81, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %84 = fadd <4 x float> %82, %83
  %85 = shufflevector <4 x float> %84, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %86 = shufflevector <4 x float> %84, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %87 = fadd <2 x float> %85, %86
  %88 = extractelement <2 x float> %87, i64 0
  %89 = extractelement <2 x float> %87, i64 1
  %90 = fadd float %88, %89
  %91 = load <8 x float>, ptr %acc1, align 32
  %92 = shufflevector <8 x float> %91, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %93 = shufflevector <8 x float> %91, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %94 = fadd <4 x float> %92, %93
  %95 = shufflevector <4 x float> %94, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %96 = shufflevector <4 x float> %94, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %97 = fadd <2 x float> %95, %96
  %98 = extractelement <2 x float> %97, i64 0
  %99 = extractelement <2 x float> %97, i64 1
  %100 = fadd float %98, %99
  %101 = fmul float %100, %learning_rate
  %102 = fsub float %11, %101
  %103 = fadd float %12, %102
  store float %90, ptr %mean_squared_error_reduce_sum, align 4, !alias.scope !47, !noalias !48
  store float %102, ptr %sgd_regression_value_bias_momentum, align 4, !alias.scope !30, !noalias !33
  store float %103, ptr %value_bias, align 4, !alias.scope !39, !noalias !40
  %next5 = add nsw i64 %task, 1
  %104 = icmp slt i64 %next5, %end
  br i1 %104, label %loop, label %exit

exit:                                             ; preds = %80, %start
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.smax.i64(i64, i64) #1

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.smin.i64(i64, i64) #1

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: read)
declare <8 x float> @llvm.masked.load.v8f32.p0(ptr nocapture, i32 immarg, <8 x i1>, <8 x float>) #2

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: write)
declare void @llvm.masked.store.v8f32.p0(<8 x float>, ptr nocapture, i32 immarg, <8 x i1>) #3

; Function Attrs: noinline nounwind
define internal void @kernel.k3_mean_squared_error_rows(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %hidden_kernel = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %total = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %mean_squared_error_reduce_sum = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %3, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %4 = load float, ptr %total, align 4, !alias.scope !49, !noalias !52
  %5 = load float, ptr %mean_squared_error_reduce_sum, align 4, !alias.scope !55, !noalias !56
  %6 = sitofp i64 %batch to float
  %7 = fdiv float %5, %6
  %8 = icmp slt i64 %begin, %end
  br i1 %8, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %exit3, %enter
  %task = phi i64 [ %begin, %enter ], [ %next4, %exit3 ]
  store <8 x float> zeroinitializer, ptr %acc, align 32
  br i1 true, label %enter1, label %exit3

enter1:                                           ; preds = %loop
  br label %loop2

loop2:                                            ; preds = %loop2, %enter1
  %i = phi i64 [ 0, %enter1 ], [ %next, %loop2 ]
  %9 = getelementptr float, ptr %hidden_kernel, i64 %i
  %10 = load <8 x float>, ptr %9, align 4, !alias.scope !57, !noalias !58
  %11 = fmul <8 x float> %10, %10
  %12 = load <8 x float>, ptr %acc, align 32
  %13 = fadd <8 x float> %12, %11
  store <8 x float> %13, ptr %acc, align 32
  %next = add nsw i64 %i, 8
  %14 = icmp slt i64 %next, 32
  br i1 %14, label %loop2, label %exit3

exit3:                                            ; preds = %loop2, %loop
  %15 = load <8 x float>, ptr %acc, align 32
  %16 = shufflevector <8 x float> %15, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %17 = shufflevector <8 x float> %15, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %18 = fadd <4 x float> %16, %17
  %19 = shufflevector <4 x float> %18, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %20 = shufflevector <4 x float> %18, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %21 = fadd <2 x float> %19, %20
  %22 = extractelement <2 x float> %21, i64 0
  %23 = extractelement <2 x float> %21, i64 1
  %24 = fadd float %22, %23
  %25 = fmul float %24, 0x3F847AE140000000
  %26 = fadd float %7, %25
  %27 = fmul float %26, %6
  %28 = fadd float %4, %27
  store float %28, ptr %total, align 4, !alias.scope !49, !noalias !52
  %next4 = add nsw i64 %task, 1
  %29 = icmp slt i64 %next4, %end
  br i1 %29, label %loop, label %exit

exit:                                             ; preds = %exit3, %start
  ret void
}

; Function Attrs: noinline nounwind
define internal void @kernel.k4_loss_map(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %count = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %1, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %2 = load float, ptr %count, align 4, !alias.scope !59
  %3 = sitofp i64 %batch to float
  %4 = fadd float %2, %3
  %5 = icmp slt i64 %begin, %end
  br i1 %5, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %loop, %enter
  %task = phi i64 [ %begin, %enter ], [ %next, %loop ]
  store float %4, ptr %count, align 4, !alias.scope !59
  %next = add nsw i64 %task, 1
  %6 = icmp slt i64 %next, %end
  br i1 %6, label %loop, label %exit

exit:                                             ; preds = %loop, %start
  ret void
}

; Function Attrs: noinline nounwind
define internal void @kernel.k5_d_value_map(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %d_mean_squared_error_add = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %value_kernel = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %hidden_tanh = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %d_hidden_mul = load ptr, ptr %3, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %4 = icmp slt i64 %begin, %end
  br i1 %4, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %loop, %enter
  %task = phi i64 [ %begin, %enter ], [ %next, %loop ]
  %5 = getelementptr float, ptr %d_mean_squared_error_add, i64 %task
  %6 = load float, ptr %5, align 4, !alias.scope !62, !noalias !65
  %7 = load <8 x float>, ptr %value_kernel, align 4, !alias.scope !69, !noalias !70
  %8 = insertelement <8 x float> poison, float %6, i64 0
  %9 = shufflevector <8 x float> %8, <8 x float> poison, <8 x i32> zeroinitializer
  %10 = fmul <8 x float> %9, %7
  %11 = mul i64 %task, 8
  %12 = getelementptr float, ptr %hidden_tanh, i64 %11
  %13 = load <8 x float>, ptr %12, align 4, !alias.scope !71, !noalias !72
  %14 = fmul <8 x float> %13, %13
  %15 = fsub <8 x float> <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>, %14
  %16 = fmul <8 x float> %10, %15
  %17 = mul i64 %task, 8
  %18 = getelementptr float, ptr %d_hidden_mul, i64 %17
  store <8 x float> %16, ptr %18, align 4, !alias.scope !73, !noalias !74
  %next = add nsw i64 %task, 1
  %19 = icmp slt i64 %next, %end
  br i1 %19, label %loop, label %exit

exit:                                             ; preds = %loop, %start
  ret void
}

; Function Attrs: noinline nounwind
define internal void @kernel.k6_d_value_column(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %hidden_tanh = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %d_mean_squared_error_add = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %sgd_regression_value_kernel_momentum = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %value_kernel = load ptr, ptr %3, align 8, !invariant.load !0
  %4 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %4, align 8, !invariant.load !0
  %5 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 3
  %learning_rate = load float, ptr %5, align 4, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %6 = icmp slt i64 %begin, %end
  br i1 %6, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %exit3, %enter
  %task = phi i64 [ %begin, %enter ], [ %next4, %exit3 ]
  store <8 x float> zeroinitializer, ptr %acc, align 32
  %7 = icmp slt i64 0, %batch
  br i1 %7, label %enter1, label %exit3

enter1:                                           ; preds = %loop
  br label %loop2

loop2:                                            ; preds = %loop2, %enter1
  %i = phi i64 [ 0, %enter1 ], [ %next, %loop2 ]
  %8 = mul i64 %i, 8
  %9 = getelementptr float, ptr %hidden_tanh, i64 %8
  %10 = load <8 x float>, ptr %9, align 4, !alias.scope !75, !noalias !78
  %11 = getelementptr float, ptr %d_mean_squared_error_add, i64 %i
  %12 = load float, ptr %11, align 4, !alias.scope !82, !noalias !83
  %13 = insertelement <8 x float> poison, float %12, i64 0
  %14 = shufflevector <8 x float> %13, <8 x float> poison, <8 x i32> zeroinitializer
  %15 = fmul <8 x float> %10, %14
  %16 = load <8 x float>, ptr %acc, align 32
  %17 = fadd <8 x float> %16, %15
  store <8 x float> %17, ptr %acc, align 32
  %next = add nsw i64 %i, 1
  %18 = icmp slt i64 %next, %batch
  br i1 %18, label %loop2, label %exit3

exit3:                                            ; preds = %loop2, %loop
  %19 = load <8 x float>, ptr %sgd_regression_value_kernel_momentum, align 4, !alias.scope !84, !noalias !85
  %20 = fmul <8 x float> %19, <float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000>
  %21 = insertelement <8 x float> poison, float %learning_rate, i64 0
  %22 = shufflevector <8 x float> %21, <8 x float> poison, <8 x i32> zeroinitializer
  %23 = load <8 x float>, ptr %acc, align 32
  %24 = fmul <8 x float> %23, %22
  %25 = fsub <8 x float> %20, %24
  %26 = load <8 x float>, ptr %value_kernel, align 4, !alias.scope !86, !noalias !87
  %27 = fadd <8 x float> %26, %25
  store <8 x float> %25, ptr %sgd_regression_value_kernel_momentum, align 4, !alias.scope !84, !noalias !85
  store <8 x float> %27, ptr %value_kernel, align 4, !alias.scope !86, !noalias !87
  %next4 = add nsw i64 %task, 1
  %28 = icmp slt i64 %next4, %end
  br i1 %28, label %loop, label %exit

exit:                                             ; preds = %exit3, %start
  ret void
}

; Function Attrs: noinline nounwind
define internal void @kernel.k7_d_hidden_column(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %d_hidden_mul = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %sgd_regression_hidden_bias_momentum = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %hidden_bias = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %3, align 8, !invariant.load !0
  %4 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 3
  %learning_rate = load float, ptr %4, align 4, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %5 = icmp slt i64 %begin, %end
  br i1 %5, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %exit3, %enter
  %task = phi i64 [ %begin, %enter ], [ %next4, %exit3 ]
  store <8 x float> zeroinitializer, ptr %acc, align 32
  %6 = icmp slt i64 0, %batch
  br i1 %6, label %enter1, label %exit3

enter1:                                           ; preds = %loop
  br label %loop2

loop2:                                            ; preds = %loop2, %enter1
  %i = phi i64 [ 0, %enter1 ], [ %next, %loop2 ]
  %7 = mul i64 %i, 8
  %8 = getelementptr float, ptr %d_hidden_mul, i64 %7
  %9 = load <8 x float>, ptr %8, align 4, !alias.scope !88, !noalias !91
  %10 = load <8 x float>, ptr %acc, align 32
  %11 = fadd <8 x float> %10, %9
  store <8 x float> %11, ptr %acc, align 32
  %next = add nsw i64 %i, 1
  %12 = icmp slt i64 %next, %batch
  br i1 %12, label %loop2, label %exit3

exit3:                                            ; preds = %loop2, %loop
  %13 = load <8 x float>, ptr %sgd_regression_hidden_bias_momentum, align 4, !alias.scope !94, !noalias !95
  %14 = fmul <8 x float> %13, <float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000>
  %15 = insertelement <8 x float> poison, float %learning_rate, i64 0
  %16 = shufflevector <8 x float> %15, <8 x float> poison, <8 x i32> zeroinitializer
  %17 = load <8 x float>, ptr %acc, align 32
  %18 = fmul <8 x float> %17, %16
  %19 = fsub <8 x float> %14, %18
  %20 = load <8 x float>, ptr %hidden_bias, align 4, !alias.scope !96, !noalias !97
  %21 = fadd <8 x float> %20, %19
  store <8 x float> %19, ptr %sgd_regression_hidden_bias_momentum, align 4, !alias.scope !94, !noalias !95
  store <8 x float> %21, ptr %hidden_bias, align 4, !alias.scope !96, !noalias !97
  %next4 = add nsw i64 %task, 1
  %22 = icmp slt i64 %next4, %end
  br i1 %22, label %loop, label %exit

exit:                                             ; preds = %exit3, %start
  ret void
}

; Function Attrs: noinline nounwind
define internal void @kernel.k8_d_hidden_contract(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc3 = alloca <8 x float>, align 32
  %acc2 = alloca <8 x float>, align 32
  %acc1 = alloca <8 x float>, align 32
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %d_hidden_mul = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %input = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %sgd_regression_hidden_kernel_momentum = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %hidden_kernel = load ptr, ptr %3, align 8, !invariant.load !0
  %4 = getelementptr inbounds ptr, ptr %buffer, i64 4
  %hidden_add = load ptr, ptr %4, align 8, !invariant.load !0
  %5 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %5, align 8, !invariant.load !0
  %6 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 3
  %learning_rate = load float, ptr %6, align 4, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %7 = icmp slt i64 %begin, %end
  br i1 %7, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %exit6, %enter
  %task = phi i64 [ %begin, %enter ], [ %next7, %exit6 ]
  %8 = mul i64 %task, 4
  store <8 x float> zeroinitializer, ptr %acc, align 32
  store <8 x float> zeroinitializer, ptr %acc1, align 32
  store <8 x float> zeroinitializer, ptr %acc2, align 32
  store <8 x float> zeroinitializer, ptr %acc3, align 32
  %9 = icmp slt i64 0, %batch
  br i1 %9, label %enter4, label %exit6

enter4:                                           ; preds = %loop
  br label %loop5

loop5:                                            ; preds = %loop5, %enter4
  %k = phi i64 [ 0, %enter4 ], [ %next, %loop5 ]
  %10 = mul i64 %k, 8
  %11 = getelementptr float, ptr %d_hidden_mul, i64 %10
  %12 = load <8 x float>, ptr %11, align 4, !alias.scope !98, !noalias !101
  %13 = getelementptr float, ptr %input, i64 %8
  %14 = mul i64 %k, 4
  %15 = getelementptr float, ptr %13, i64 %14
  %16 = load float, ptr %15, align 4, !alias.scope !106, !noalias !107
  %17 = insertelement <8 x float> poison, float %16, i64 0
  %18 = shufflevector <8 x float> %17, <8 x float> poison, <8 x i32> zeroinitializer
  %19 = load <8 x float>, ptr %acc, align 32
  %20 = call <8 x float> @llvm.fma.v8f32(<8 x float> %18, <8 x float> %12, <8 x float> %19)
  store <8 x float> %20, ptr %acc, align 32
  %21 = getelementptr float, ptr %input, i64 %8
  %22 = mul i64 %k, 4
  %23 = getelementptr float, ptr %21, i64 %22
  %24 = getelementptr float, ptr %23, i64 1
  %25 = load float, ptr %24, align 4, !alias.scope !106, !noalias !107
  %26 = insertelement <8 x float> poison, float %25, i64 0
  %27 = shufflevector <8 x float> %26, <8 x float> poison, <8 x i32> zeroinitializer
  %28 = load <8 x float>, ptr %acc1, align 32
  %29 = call <8 x float> @llvm.fma.v8f32(<8 x float> %27, <8 x float> %12, <8 x float> %28)
  store <8 x float> %29, ptr %acc1, align 32
  %30 = getelementptr float, ptr %input, i64 %8
  %31 = mul i64 %k, 4
  %32 = getelementptr float, ptr %30, i64 %31
  %33 = getelementptr float, ptr %32, i64 2
  %34 = load float, ptr %33, align 4, !alias.scope !106, !noalias !107
  %35 = insertelement <8 x float> poison, float %34, i64 0
  %36 = shufflevector <8 x float> %35, <8 x float> poison, <8 x i32> zeroinitializer
  %37 = load <8 x float>, ptr %acc2, align 32
  %38 = call <8 x float> @llvm.fma.v8f32(<8 x float> %36, <8 x float> %12, <8 x float> %37)
  store <8 x float> %38, ptr %acc2, align 32
  %39 = getelementptr float, ptr %input, i64 %8
  %40 = mul i64 %k, 4
  %41 = getelementptr float, ptr %39, i64 %40
  %42 = getelementptr float, ptr %41, i64 3
  %43 = load float, ptr %42, align 4, !alias.scope !106, !noalias !107
  %44 = insertelement <8 x float> poison, float %43, i64 0
  %45 = shufflevector <8 x float> %44, <8 x float> poison, <8 x i32> zeroinitializer
  %46 = load <8 x float>, ptr %acc3, align 32
  %47 = call <8 x float> @llvm.fma.v8f32(<8 x float> %45, <8 x float> %12, <8 x float> %46)
  store <8 x float> %47, ptr %acc3, align 32
  %next = add nsw i64 %k, 1
  %48 = icmp slt i64 %next, %batch
  br i1 %48, label %loop5, label %exit6

exit6:                                            ; preds = %loop5, %loop
  %49 = mul i64 %8, 8
  %50 = getelementptr float, ptr %sgd_regression_hidden_kernel_momentum, i64 %49
  %51 = load <8 x float>, ptr %50, align 4, !alias.scope !108, !noalias !109
  %52 = fmul <8 x float> %51, <float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000>
  %53 = mul i64 %8, 8
  %54 = getelementptr float, ptr %hidden_kernel, i64 %53
  %55 = load <8 x float>, ptr %54, align 4, !alias.scope !110, !noalias !111
  %56 = fmul <8 x float> <float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000>, %55
  %57 = fadd <8 x float> %56, %56
  %58 = load <8 x float>, ptr %acc, align 32
  %59 = fadd <8 x float> %57, %58
  %60 = insertelement <8 x float> poison, float %learning_rate, i64 0
  %61 = shufflevector <8 x float> %60, <8 x float> poison, <8 x i32> zeroinitializer
  %62 = fmul <8 x float> %59, %61
  %63 = fsub <8 x float> %52, %62
  %64 = fadd <8 x float> %55, %63
  %65 = mul i64 %8, 8
  %66 = getelementptr float, ptr %sgd_regression_hidden_kernel_momentum, i64 %65
  store <8 x float> %63, ptr %66, align 4, !alias.scope !108, !noalias !109
  %67 = mul i64 %8, 8
  %68 = getelementptr float, ptr %hidden_add, i64 %67
  store <8 x float> %64, ptr %68, align 4, !alias.scope !112, !noalias !113
  %69 = mul i64 %8, 8
  %70 = getelementptr float, ptr %sgd_regression_hidden_kernel_momentum, i64 %69
  %71 = getelementptr float, ptr %70, i64 8
  %72 = load <8 x float>, ptr %71, align 4, !alias.scope !108, !noalias !109
  %73 = fmul <8 x float> %72, <float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000>
  %74 = mul i64 %8, 8
  %75 = getelementptr float, ptr %hidden_kernel, i64 %74
  %76 = getelementptr float, ptr %75, i64 8
  %77 = load <8 x float>, ptr %76, align 4, !alias.scope !110, !noalias !111
  %78 = fmul <8 x float> <float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000>, %77
  %79 = fadd <8 x float> %78, %78
  %80 = load <8 x float>, ptr %acc1, align 32
  %81 = fadd <8 x float> %79, %80
  %82 = insertelement <8 x float> poison, float %learning_rate, i64 0
  %83 = shufflevector <8 x float> %82, <8 x float> poison, <8 x i32> zeroinitializer
  %84 = fmul <8 x float> %81, %83
  %85 = fsub <8 x float> %73, %84
  %86 = fadd <8 x float> %77, %85
  %87 = mul i64 %8, 8
  %88 = getelementptr float, ptr %sgd_regression_hidden_kernel_momentum, i64 %87
  %89 = getelementptr float, ptr %88, i64 8
  store <8 x float> %85, ptr %89, align 4, !alias.scope !108, !noalias !109
  %90 = mul i64 %8, 8
  %91 = getelementptr float, ptr %hidden_add, i64 %90
  %92 = getelementptr float, ptr %91, i64 8
  store <8 x float> %86, ptr %92, align 4, !alias.scope !112, !noalias !113
  %93 = mul i64 %8, 8
  %94 = getelementptr float, ptr %sgd_regression_hidden_kernel_momentum, i64 %93
  %95 = getelementptr float, ptr %94, i64 16
  %96 = load <8 x float>, ptr %95, align 4, !alias.scope !108, !noalias !109
  %97 = fmul <8 x float> %96, <float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000>
  %98 = mul i64 %8, 8
  %99 = getelementptr float, ptr %hidden_kernel, i64 %98
  %100 = getelementptr float, ptr %99, i64 16
  %101 = load <8 x float>, ptr %100, align 4, !alias.scope !110, !noalias !111
  %102 = fmul <8 x float> <float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000>, %101
  %103 = fadd <8 x float> %102, %102
  %104 = load <8 x float>, ptr %acc2, align 32
  %105 = fadd <8 x float> %103, %104
  %106 = insertelement <8 x float> poison, float %learning_rate, i64 0
  %107 = shufflevector <8 x float> %106, <8 x float> poison, <8 x i32> zeroinitializer
  %108 = fmul <8 x float> %105, %107
  %109 = fsub <8 x float> %97, %108
  %110 = fadd <8 x float> %101, %109
  %111 = mul i64 %8, 8
  %112 = getelementptr float, ptr %sgd_regression_hidden_kernel_momentum, i64 %111
  %113 = getelementptr float, ptr %112, i64 16
  store <8 x float> %109, ptr %113, align 4, !alias.scope !108, !noalias !109
  %114 = mul i64 %8, 8
  %115 = getelementptr float, ptr %hidden_add, i64 %114
  %116 = getelementptr float, ptr %115, i64 16
  store <8 x float> %110, ptr %116, align 4, !alias.scope !112, !noalias !113
  %117 = mul i64 %8, 8
  %118 = getelementptr float, ptr %sgd_regression_hidden_kernel_momentum, i64 %117
  %119 = getelementptr float, ptr %118, i64 24
  %120 = load <8 x float>, ptr %119, align 4, !alias.scope !108, !noalias !109
  %121 = fmul <8 x float> %120, <float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000, float 0x3FECCCCCC0000000>
  %122 = mul i64 %8, 8
  %123 = getelementptr float, ptr %hidden_kernel, i64 %122
  %124 = getelementptr float, ptr %123, i64 24
  %125 = load <8 x float>, ptr %124, align 4, !alias.scope !110, !noalias !111
  %126 = fmul <8 x float> <float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000, float 0x3F847AE140000000>, %125
  %127 = fadd <8 x float> %126, %126
  %128 = load <8 x float>, ptr %acc3, align 32
  %129 = fadd <8 x float> %127, %128
  %130 = insertelement <8 x float> poison, float %learning_rate, i64 0
  %131 = shufflevector <8 x float> %130, <8 x float> poison, <8 x i32> zeroinitializer
  %132 = fmul <8 x float> %129, %131
  %133 = fsub <8 x float> %121, %132
  %134 = fadd <8 x float> %125, %133
  %135 = mul i64 %8, 8
  %136 = getelementptr float, ptr %sgd_regression_hidden_kernel_momentum, i64 %135
  %137 = getelementptr float, ptr %136, i64 24
  store <8 x float> %133, ptr %137, align 4, !alias.scope !108, !noalias !109
  %138 = mul i64 %8, 8
  %139 = getelementptr float, ptr %hidden_add, i64 %138
  %140 = getelementptr float, ptr %139, i64 24
  store <8 x float> %134, ptr %140, align 4, !alias.scope !112, !noalias !113
  %next7 = add nsw i64 %task, 1
  %141 = icmp slt i64 %next7, %end
  br i1 %141, label %loop, label %exit

exit:                                             ; preds = %exit6, %start
  ret void
}

; Function Attrs: noinline nounwind
define internal void @kernel.k9_hidden_column(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %hidden_add = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %hidden_div = load ptr, ptr %1, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %2 = icmp slt i64 %begin, %end
  br i1 %2, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %exit3, %enter
  %task = phi i64 [ %begin, %enter ], [ %next4, %exit3 ]
  store <8 x float> zeroinitializer, ptr %acc, align 32
  br i1 true, label %enter1, label %exit3

enter1:                                           ; preds = %loop
  br label %loop2

loop2:                                            ; preds = %loop2, %enter1
  %i = phi i64 [ 0, %enter1 ], [ %next, %loop2 ]
  %3 = mul i64 %i, 8
  %4 = getelementptr float, ptr %hidden_add, i64 %3
  %5 = load <8 x float>, ptr %4, align 4, !alias.scope !114, !noalias !117
  %6 = fmul <8 x float> %5, %5
  %7 = load <8 x float>, ptr %acc, align 32
  %8 = fadd <8 x float> %7, %6
  store <8 x float> %8, ptr %acc, align 32
  %next = add nsw i64 %i, 1
  %9 = icmp slt i64 %next, 4
  br i1 %9, label %loop2, label %exit3

exit3:                                            ; preds = %loop2, %loop
  %10 = load <8 x float>, ptr %acc, align 32
  %11 = call <8 x float> @llvm.sqrt.v8f32(<8 x float> %10)
  %12 = fcmp ugt <8 x float> %11, zeroinitializer
  %13 = select <8 x i1> %12, <8 x float> %11, <8 x float> zeroinitializer
  %14 = fcmp ult <8 x float> %13, <float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00>
  %15 = select <8 x i1> %14, <8 x float> %13, <8 x float> <float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00, float 1.500000e+00>
  %16 = fadd <8 x float> %11, <float 0x3E7AD7F2A0000000, float 0x3E7AD7F2A0000000, float 0x3E7AD7F2A0000000, float 0x3E7AD7F2A0000000, float 0x3E7AD7F2A0000000, float 0x3E7AD7F2A0000000, float 0x3E7AD7F2A0000000, float 0x3E7AD7F2A0000000>
  %17 = fdiv <8 x float> %15, %16
  store <8 x float> %17, ptr %hidden_div, align 4, !alias.scope !117, !noalias !114
  %next4 = add nsw i64 %task, 1
  %18 = icmp slt i64 %next4, %end
  br i1 %18, label %loop, label %exit

exit:                                             ; preds = %exit3, %start
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare <8 x float> @llvm.sqrt.v8f32(<8 x float>) #1

; Function Attrs: noinline nounwind
define internal void @kernel.k10_hidden_map(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %hidden_add = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %hidden_div = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %hidden_kernel = load ptr, ptr %2, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %3 = icmp slt i64 %begin, %end
  br i1 %3, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %loop, %enter
  %task = phi i64 [ %begin, %enter ], [ %next, %loop ]
  %4 = mul i64 %task, 8
  %5 = getelementptr float, ptr %hidden_add, i64 %4
  %6 = load <8 x float>, ptr %5, align 4, !alias.scope !119, !noalias !122
  %7 = load <8 x float>, ptr %hidden_div, align 4, !alias.scope !125, !noalias !126
  %8 = fmul <8 x float> %6, %7
  %9 = mul i64 %task, 8
  %10 = getelementptr float, ptr %hidden_kernel, i64 %9
  store <8 x float> %8, ptr %10, align 4, !alias.scope !127, !noalias !128
  %next = add nsw i64 %task, 1
  %11 = icmp slt i64 %next, %end
  br i1 %11, label %loop, label %exit

exit:                                             ; preds = %loop, %start
  ret void
}

; Function Attrs: nounwind
define internal i32 @entry_train(ptr %run) #4 {
entry:
  %buffers = alloca [6 x ptr], align 8
  %0 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 0
  %batch = load i64, ptr %0, align 8
  %1 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 5
  %variables = load ptr, ptr %1, align 8
  %2 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 6
  %inputs = load ptr, ptr %2, align 8
  %3 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 7
  %targets = load ptr, ptr %3, align 8
  %4 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 8
  %sample_weights = load ptr, ptr %4, align 8
  %5 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 12
  %arena = load ptr, ptr %5, align 8
  %6 = mul i64 %batch, 1
  %7 = add i64 %6, 5
  %8 = udiv i64 %7, 6
  %tasks = mul i64 %8, 1
  %9 = getelementptr ptr, ptr %variables, i64 0
  %hidden_kernel = load ptr, ptr %9, align 8
  %10 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %hidden_kernel, ptr %10, align 8
  %11 = getelementptr ptr, ptr %inputs, i64 0
  %input = load ptr, ptr %11, align 8
  %12 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %input, ptr %12, align 8
  %13 = getelementptr ptr, ptr %variables, i64 1
  %hidden_bias = load ptr, ptr %13, align 8
  %14 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %hidden_bias, ptr %14, align 8
  %15 = mul i64 %batch, 0
  %16 = add i64 %15, 192
  %hidden_tanh = getelementptr i8, ptr %arena, i64 %16
  %17 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %hidden_tanh, ptr %17, align 8
  %few = icmp slt i64 %tasks, 1644
  br i1 %few, label %here, label %shared

here:                                             ; preds = %entry
  call void @kernel.k0_hidden_contract(ptr %buffers, ptr %run, i64 0, i64 %tasks)
  br label %20

shared:                                           ; preds = %entry
  %18 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for = load ptr, ptr %18, align 8
  %19 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user = load ptr, ptr %19, align 8
  call void %parallel_for(ptr %parallel_user, ptr @kernel.k0_hidden_contract, ptr %buffers, ptr %run, i64 %tasks, i64 822)
  br label %20

20:                                               ; preds = %shared, %here
  %21 = mul i64 %batch, 1
  %22 = add i64 %21, 0
  %23 = udiv i64 %22, 1
  %tasks1 = mul i64 %23, 1
  %24 = mul i64 %batch, 0
  %25 = add i64 %24, 192
  %hidden_tanh2 = getelementptr i8, ptr %arena, i64 %25
  %26 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %hidden_tanh2, ptr %26, align 8
  %27 = getelementptr ptr, ptr %variables, i64 2
  %value_kernel = load ptr, ptr %27, align 8
  %28 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %value_kernel, ptr %28, align 8
  %29 = getelementptr ptr, ptr %variables, i64 3
  %value_bias = load ptr, ptr %29, align 8
  %30 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %value_bias, ptr %30, align 8
  %31 = getelementptr ptr, ptr %targets, i64 0
  %target0 = load ptr, ptr %31, align 8
  %32 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %target0, ptr %32, align 8
  %33 = mul i64 %batch, 64
  %34 = add i64 %33, 192
  %mean_squared_error_sub = getelementptr i8, ptr %arena, i64 %34
  %35 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 4
  store ptr %mean_squared_error_sub, ptr %35, align 8
  %few3 = icmp slt i64 %tasks1, 30002
  br i1 %few3, label %here4, label %shared5

here4:                                            ; preds = %20
  call void @kernel.k1_value_rows(ptr %buffers, ptr %run, i64 0, i64 %tasks1)
  br label %38

shared5:                                          ; preds = %20
  %36 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for6 = load ptr, ptr %36, align 8
  %37 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user7 = load ptr, ptr %37, align 8
  call void %parallel_for6(ptr %parallel_user7, ptr @kernel.k1_value_rows, ptr %buffers, ptr %run, i64 %tasks1, i64 15001)
  br label %38

38:                                               ; preds = %shared5, %here4
  %39 = mul i64 %batch, 64
  %40 = add i64 %39, 192
  %mean_squared_error_sub8 = getelementptr i8, ptr %arena, i64 %40
  %41 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %mean_squared_error_sub8, ptr %41, align 8
  %42 = getelementptr ptr, ptr %sample_weights, i64 0
  %sample_weight0 = load ptr, ptr %42, align 8
  %43 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %sample_weight0, ptr %43, align 8
  %44 = mul i64 %batch, 128
  %45 = add i64 %44, 192
  %d_mean_squared_error_add = getelementptr i8, ptr %arena, i64 %45
  %46 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %d_mean_squared_error_add, ptr %46, align 8
  %47 = getelementptr ptr, ptr %variables, i64 7
  %sgd_regression_value_bias_momentum = load ptr, ptr %47, align 8
  %48 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %sgd_regression_value_bias_momentum, ptr %48, align 8
  %49 = getelementptr ptr, ptr %variables, i64 3
  %value_bias9 = load ptr, ptr %49, align 8
  %50 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 4
  store ptr %value_bias9, ptr %50, align 8
  %51 = mul i64 %batch, 0
  %52 = add i64 %51, 0
  %mean_squared_error_reduce_sum = getelementptr i8, ptr %arena, i64 %52
  %53 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 5
  store ptr %mean_squared_error_reduce_sum, ptr %53, align 8
  call void @kernel.k2_mean_squared_error_rows(ptr %buffers, ptr %run, i64 0, i64 1)
  %54 = getelementptr ptr, ptr %variables, i64 0
  %hidden_kernel10 = load ptr, ptr %54, align 8
  %55 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %hidden_kernel10, ptr %55, align 8
  %56 = getelementptr ptr, ptr %variables, i64 8
  %total = load ptr, ptr %56, align 8
  %57 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %total, ptr %57, align 8
  %58 = mul i64 %batch, 0
  %59 = add i64 %58, 0
  %mean_squared_error_reduce_sum11 = getelementptr i8, ptr %arena, i64 %59
  %60 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %mean_squared_error_reduce_sum11, ptr %60, align 8
  call void @kernel.k3_mean_squared_error_rows(ptr %buffers, ptr %run, i64 0, i64 1)
  %61 = getelementptr ptr, ptr %variables, i64 9
  %count = load ptr, ptr %61, align 8
  %62 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %count, ptr %62, align 8
  call void @kernel.k4_loss_map(ptr %buffers, ptr %run, i64 0, i64 1)
  %63 = mul i64 %batch, 1
  %64 = add i64 %63, 0
  %65 = udiv i64 %64, 1
  %tasks12 = mul i64 %65, 1
  %66 = mul i64 %batch, 128
  %67 = add i64 %66, 192
  %d_mean_squared_error_add13 = getelementptr i8, ptr %arena, i64 %67
  %68 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %d_mean_squared_error_add13, ptr %68, align 8
  %69 = getelementptr ptr, ptr %variables, i64 2
  %value_kernel14 = load ptr, ptr %69, align 8
  %70 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %value_kernel14, ptr %70, align 8
  %71 = mul i64 %batch, 0
  %72 = add i64 %71, 192
  %hidden_tanh15 = getelementptr i8, ptr %arena, i64 %72
  %73 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %hidden_tanh15, ptr %73, align 8
  %74 = mul i64 %batch, 64
  %75 = add i64 %74, 192
  %d_hidden_mul = getelementptr i8, ptr %arena, i64 %75
  %76 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %d_hidden_mul, ptr %76, align 8
  %few16 = icmp slt i64 %tasks12, 24002
  br i1 %few16, label %here17, label %shared18

here17:                                           ; preds = %38
  call void @kernel.k5_d_value_map(ptr %buffers, ptr %run, i64 0, i64 %tasks12)
  br label %79

shared18:                                         ; preds = %38
  %77 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for19 = load ptr, ptr %77, align 8
  %78 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user20 = load ptr, ptr %78, align 8
  call void %parallel_for19(ptr %parallel_user20, ptr @kernel.k5_d_value_map, ptr %buffers, ptr %run, i64 %tasks12, i64 12001)
  br label %79

79:                                               ; preds = %shared18, %here17
  %80 = mul i64 %batch, 0
  %81 = add i64 %80, 192
  %hidden_tanh21 = getelementptr i8, ptr %arena, i64 %81
  %82 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %hidden_tanh21, ptr %82, align 8
  %83 = mul i64 %batch, 128
  %84 = add i64 %83, 192
  %d_mean_squared_error_add22 = getelementptr i8, ptr %arena, i64 %84
  %85 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %d_mean_squared_error_add22, ptr %85, align 8
  %86 = getelementptr ptr, ptr %variables, i64 6
  %sgd_regression_value_kernel_momentum = load ptr, ptr %86, align 8
  %87 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %sgd_regression_value_kernel_momentum, ptr %87, align 8
  %88 = getelementptr ptr, ptr %variables, i64 2
  %value_kernel23 = load ptr, ptr %88, align 8
  %89 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %value_kernel23, ptr %89, align 8
  call void @kernel.k6_d_value_column(ptr %buffers, ptr %run, i64 0, i64 1)
  %90 = mul i64 %batch, 64
  %91 = add i64 %90, 192
  %d_hidden_mul24 = getelementptr i8, ptr %arena, i64 %91
  %92 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %d_hidden_mul24, ptr %92, align 8
  %93 = getelementptr ptr, ptr %variables, i64 5
  %sgd_regression_hidden_bias_momentum = load ptr, ptr %93, align 8
  %94 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %sgd_regression_hidden_bias_momentum, ptr %94, align 8
  %95 = getelementptr ptr, ptr %variables, i64 1
  %hidden_bias25 = load ptr, ptr %95, align 8
  %96 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %hidden_bias25, ptr %96, align 8
  call void @kernel.k7_d_hidden_column(ptr %buffers, ptr %run, i64 0, i64 1)
  %97 = mul i64 %batch, 64
  %98 = add i64 %97, 192
  %d_hidden_mul26 = getelementptr i8, ptr %arena, i64 %98
  %99 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %d_hidden_mul26, ptr %99, align 8
  %100 = getelementptr ptr, ptr %inputs, i64 0
  %input27 = load ptr, ptr %100, align 8
  %101 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %input27, ptr %101, align 8
  %102 = getelementptr ptr, ptr %variables, i64 4
  %sgd_regression_hidden_kernel_momentum = load ptr, ptr %102, align 8
  %103 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %sgd_regression_hidden_kernel_momentum, ptr %103, align 8
  %104 = getelementptr ptr, ptr %variables, i64 0
  %hidden_kernel28 = load ptr, ptr %104, align 8
  %105 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %hidden_kernel28, ptr %105, align 8
  %106 = mul i64 %batch, 0
  %107 = add i64 %106, 0
  %hidden_add = getelementptr i8, ptr %arena, i64 %107
  %108 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 4
  store ptr %hidden_add, ptr %108, align 8
  call void @kernel.k8_d_hidden_contract(ptr %buffers, ptr %run, i64 0, i64 1)
  %109 = mul i64 %batch, 0
  %110 = add i64 %109, 0
  %hidden_add29 = getelementptr i8, ptr %arena, i64 %110
  %111 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %hidden_add29, ptr %111, align 8
  %112 = mul i64 %batch, 0
  %113 = add i64 %112, 128
  %hidden_div = getelementptr i8, ptr %arena, i64 %113
  %114 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %hidden_div, ptr %114, align 8
  call void @kernel.k9_hidden_column(ptr %buffers, ptr %run, i64 0, i64 1)
  %115 = mul i64 %batch, 0
  %116 = add i64 %115, 0
  %hidden_add30 = getelementptr i8, ptr %arena, i64 %116
  %117 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %hidden_add30, ptr %117, align 8
  %118 = mul i64 %batch, 0
  %119 = add i64 %118, 128
  %hidden_div31 = getelementptr i8, ptr %arena, i64 %119
  %120 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %hidden_div31, ptr %120, align 8
  %121 = getelementptr ptr, ptr %variables, i64 0
  %hidden_kernel32 = load ptr, ptr %121, align 8
  %122 = getelementptr inbounds [6 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %hidden_kernel32, ptr %122, align 8
  call void @kernel.k10_hidden_map(ptr %buffers, ptr %run, i64 0, i64 4)
  ret i32 0
}

attributes #0 = { noinline nounwind "target-cpu"="x86-64-v3" }
attributes #1 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #2 = { nocallback nofree nosync nounwind willreturn memory(argmem: read) }
attributes #3 = { nocallback nofree nosync nounwind willreturn memory(argmem: write) }
attributes #4 = { nounwind "target-cpu"="x86-64-v3" }

!0 = !{}
!1 = !{!2}
!2 = !{!"k0_hidden_contract.hidden_kernel", !3}
!3 = !{!"k0_hidden_contract"}
!4 = !{!5, !6, !7}
!5 = !{!"k0_hidden_contract.input", !3}
!6 = !{!"k0_hidden_contract.hidden_bias", !3}
!7 = !{!"k0_hidden_contract.hidden_tanh", !3}
!8 = !{!5}
!9 = !{!2, !6, !7}
!10 = !{!6}
!11 = !{!2, !5, !7}
!12 = !{!7}
!13 = !{!2, !5, !6}
!14 = !{!15}
!15 = !{!"k1_value_rows.value_bias", !16}
!16 = !{!"k1_value_rows"}
!17 = !{!18, !19, !20, !21}
!18 = !{!"k1_value_rows.hidden_tanh", !16}
!19 = !{!"k1_value_rows.value_kernel", !16}
!20 = !{!"k1_value_rows.target0", !16}
!21 = !{!"k1_value_rows.mean_squared_error_sub", !16}
!22 = !{!18}
!23 = !{!19, !15, !20, !21}
!24 = !{!19}
!25 = !{!18, !15, !20, !21}
!26 = !{!20}
!27 = !{!18, !19, !15, !21}
!28 = !{!21}
!29 = !{!18, !19, !15, !20}
!30 = !{!31}
!31 = !{!"k2_mean_squared_error_rows.sgd_regression_value_bias_momentum", !32}
!32 = !{!"k2_mean_squared_error_rows"}
!33 = !{!34, !35, !36, !37, !38}
!34 = !{!"k2_mean_squared_error_rows.mean_squared_error_sub", !32}
!35 = !{!"k2_mean_squared_error_rows.sample_weight0", !32}
!36 = !{!"k2_mean_squared_error_rows.d_mean_squared_error_add", !32}
!37 = !{!"k2_mean_squared_error_rows.value_bias", !32}
!38 = !{!"k2_mean_squared_error_rows.mean_squared_error_reduce_sum", !32}
!39 = !{!37}
!40 = !{!34, !35, !36, !31, !38}
!41 = !{!34}
!42 = !{!35, !36, !31, !37, !38}
!43 = !{!35}
!44 = !{!34, !36, !31, !37, !38}
!45 = !{!36}
!46 = !{!34, !35, !31, !37, !38}
!47 = !{!38}
!48 = !{!34, !35, !36, !31, !37}
!49 = !{!50}
!50 = !{!"k3_mean_squared_error_rows.total", !51}
!51 = !{!"k3_mean_squared_error_rows"}
!52 = !{!53, !54}
!53 = !{!"k3_mean_squared_error_rows.hidden_kernel", !51}
!54 = !{!"k3_mean_squared_error_rows.mean_squared_error_reduce_sum", !51}
!55 = !{!54}
!56 = !{!53, !50}
!57 = !{!53}
!58 = !{!50, !54}
!59 = !{!60}
!60 = !{!"k4_loss_map.count", !61}
!61 = !{!"k4_loss_map"}
!62 = !{!63}
!63 = !{!"k5_d_value_map.d_mean_squared_error_add", !64}
!64 = !{!"k5_d_value_map"}
!65 = !{!66, !67, !68}
!66 = !{!"k5_d_value_map.value_kernel", !64}
!67 = !{!"k5_d_value_map.hidden_tanh", !64}
!68 = !{!"k5_d_value_map.d_hidden_mul", !64}
!69 = !{!66}
!70 = !{!63, !67, !68}
!71 = !{!67}
!72 = !{!63, !66, !68}
!73 = !{!68}
!74 = !{!63, !66, !67}
!75 = !{!76}
!76 = !{!"k6_d_value_column.hidden_tanh", !77}
!77 = !{!"k6_d_value_column"}
!78 = !{!79, !80, !81}
!79 = !{!"k6_d_value_column.d_mean_squared_error_add", !77}
!80 = !{!"k6_d_value_column.sgd_regression_value_kernel_momentum", !77}
!81 = !{!"k6_d_value_column.value_kernel", !77}
!82 = !{!79}
!83 = !{!76, !80, !81}
!84 = !{!80}
!85 = !{!76, !79, !81}
!86 = !{!81}
!87 = !{!76, !79, !80}
!88 = !{!89}
!89 = !{!"k7_d_hidden_column.d_hidden_mul", !90}
!90 = !{!"k7_d_hidden_column"}
!91 = !{!92, !93}
!92 = !{!"k7_d_hidden_column.sgd_regression_hidden_bias_momentum", !90}
!93 = !{!"k7_d_hidden_column.hidden_bias", !90}
!94 = !{!92}
!95 = !{!89, !93}
!96 = !{!93}
!97 = !{!89, !92}
!98 = !{!99}
!99 = !{!"k8_d_hidden_contract.d_hidden_mul", !100}
!100 = !{!"k8_d_hidden_contract"}
!101 = !{!102, !103, !104, !105}
!102 = !{!"k8_d_hidden_contract.input", !100}
!103 = !{!"k8_d_hidden_contract.sgd_regression_hidden_kernel_momentum", !100}
!104 = !{!"k8_d_hidden_contract.hidden_kernel", !100}
!105 = !{!"k8_d_hidden_contract.hidden_add", !100}
!106 = !{!102}
!107 = !{!99, !103, !104, !105}
!108 = !{!103}
!109 = !{!99, !102, !104, !105}
!110 = !{!104}
!111 = !{!99, !102, !103, !105}
!112 = !{!105}
!113 = !{!99, !102, !103, !104}
!114 = !{!115}
!115 = !{!"k9_hidden_column.hidden_add", !116}
!116 = !{!"k9_hidden_column"}
!117 = !{!118}
!118 = !{!"k9_hidden_column.hidden_div", !116}
!119 = !{!120}
!120 = !{!"k10_hidden_map.hidden_add", !121}
!121 = !{!"k10_hidden_map"}
!122 = !{!123, !124}
!123 = !{!"k10_hidden_map.hidden_div", !121}
!124 = !{!"k10_hidden_map.hidden_kernel", !121}
!125 = !{!123}
!126 = !{!120, !124}
!127 = !{!124}
!128 = !{!120, !123}
