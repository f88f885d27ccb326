; ModuleID = 'mlp'
source_filename = "mlp"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%kcc_tensor = type { ptr, ptr, ptr, i32, i32, i32, i32, i32, [8 x %kcc_dim], i8, i8, %kcc_init }
%kcc_dim = type { i64, i8 }
%kcc_init = type { i32, double, double, i64 }
%kcc_program = type { i32, i32, ptr, ptr, ptr, ptr, ptr, ptr, i32, i32, i32, i32, i32, i32, float, float, ptr, ptr, ptr, ptr, ptr, ptr, [7 x %kcc_entry_point], ptr, i64, i32, i32, ptr, ptr, i32 }
%kcc_entry_point = type { ptr, i64, i64 }
%kcc_run = type { i64, i64, i64, float, float, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr }

@zeros = private unnamed_addr constant [128 x i8] zeroinitializer, align 64
@text = private unnamed_addr constant [4 x i8] c"mlp\00", align 1
@text.1 = private unnamed_addr constant [6 x i8] c"0.1.0\00", align 1
@text.2 = private unnamed_addr constant [10 x i8] c"x86-64-v3\00", align 1
@text.3 = private unnamed_addr constant [53 x i8] c"sse4.2,popcnt,avx,avx2,fma,f16c,bmi,bmi2,lzcnt,movbe\00", align 1
@text.4 = private unnamed_addr constant [993 x i8] c"{\22module\22: \22keras\22, \22class_name\22: \22Sequential\22, \22config\22: {\22name\22: \22mlp\22, \22trainable\22: true, \22layers\22: [\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22InputLayer\22, \22config\22: {\22batch_shape\22: [null, 6], \22dtype\22: \22float32\22, \22name\22: \22input\22}},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Dense\22, \22config\22: {\22name\22: \22hidden\22, \22trainable\22: true, \22units\22: 16, \22activation\22: \22relu\22, \22use_bias\22: true}},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Dropout\22, \22config\22: {\22name\22: \22dropout\22, \22trainable\22: true, \22rate\22: 0.25, \22seed\22: null, \22noise_shape\22: null}},\0A  {\22module\22: \22keras.layers\22, \22class_name\22: \22Dense\22, \22config\22: {\22name\22: \22classes\22, \22trainable\22: true, \22units\22: 3, \22activation\22: \22softmax\22, \22use_bias\22: true}}\0A]},\0A\22compile_config\22: {\22optimizer\22: {\22module\22: \22keras.optimizers\22, \22class_name\22: \22Adam\22, \22config\22: {\22learning_rate\22: 0.001, \22beta_1\22: 0.9, \22beta_2\22: 0.999, \22epsilon\22: 1e-07, \22amsgrad\22: false}, \22registered_name\22: null}, \22loss\22: \22sparse_categorical_crossentropy\22, \22metrics\22: [\22accuracy\22]}}\0A\00", align 1
@text.5 = private unnamed_addr constant [1 x i8] zeroinitializer, align 1
@text.6 = private unnamed_addr constant [6 x i8] c"input\00", align 1
@text.7 = private unnamed_addr constant [6 x i8] c"input\00", align 1
@text.8 = private unnamed_addr constant [6 x i8] c"input\00", align 1
@inputs = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.6, ptr @text.7, ptr @text.8, i32 0, i32 -1, i32 0, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim { i64 6, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }]
@text.9 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@text.10 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@text.11 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@outputs = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.9, ptr @text.10, ptr @text.11, i32 0, i32 -1, i32 1, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 1, i8 1 }, %kcc_dim { i64 3, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 0, i8 0, %kcc_init zeroinitializer }]
@text.12 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@text.13 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@text.14 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@targets = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.12, ptr @text.13, ptr @text.14, i32 0, i32 0, i32 2, i32 0, i32 -1, [8 x %kcc_dim] zeroinitializer, i8 0, i8 0, %kcc_init zeroinitializer }]
@text.15 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@text.16 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@text.17 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@sample_weights = private unnamed_addr constant [1 x %kcc_tensor] [%kcc_tensor { ptr @text.15, ptr @text.16, ptr @text.17, i32 0, i32 0, i32 3, i32 0, i32 -1, [8 x %kcc_dim] zeroinitializer, i8 0, i8 0, %kcc_init zeroinitializer }]
@text.18 = private unnamed_addr constant [7 x i8] c"kernel\00", align 1
@text.19 = private unnamed_addr constant [7 x i8] c"hidden\00", align 1
@text.20 = private unnamed_addr constant [18 x i8] c"mlp/hidden/kernel\00", align 1
@text.21 = private unnamed_addr constant [5 x i8] c"bias\00", align 1
@text.22 = private unnamed_addr constant [7 x i8] c"hidden\00", align 1
@text.23 = private unnamed_addr constant [16 x i8] c"mlp/hidden/bias\00", align 1
@text.24 = private unnamed_addr constant [7 x i8] c"kernel\00", align 1
@text.25 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@text.26 = private unnamed_addr constant [19 x i8] c"mlp/classes/kernel\00", align 1
@text.27 = private unnamed_addr constant [5 x i8] c"bias\00", align 1
@text.28 = private unnamed_addr constant [8 x i8] c"classes\00", align 1
@text.29 = private unnamed_addr constant [17 x i8] c"mlp/classes/bias\00", align 1
@variables = private unnamed_addr constant [4 x %kcc_tensor] [%kcc_tensor { ptr @text.18, ptr @text.19, ptr @text.20, i32 0, i32 -1, i32 4, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 6, i8 0 }, %kcc_dim { i64 16, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 1, double 0xBFE0B621E9BC3ADD, double 0x3FE0B621E9BC3ADD, i64 -1 } }, %kcc_tensor { ptr @text.21, ptr @text.22, ptr @text.23, i32 1, i32 -1, i32 4, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 16, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }, %kcc_tensor { ptr @text.24, ptr @text.25, ptr @text.26, i32 0, i32 -1, i32 4, i32 0, i32 2, [8 x %kcc_dim] [%kcc_dim { i64 16, i8 0 }, %kcc_dim { i64 3, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 1, double 0xBFE1FB81AF4C4E9C, double 0x3FE1FB81AF4C4E9C, i64 -1 } }, %kcc_tensor { ptr @text.27, ptr @text.28, ptr @text.29, i32 1, i32 -1, i32 4, i32 0, i32 1, [8 x %kcc_dim] [%kcc_dim { i64 3, i8 0 }, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer, %kcc_dim zeroinitializer], i8 1, i8 0, %kcc_init { i32 0, double 0.000000e+00, double 0.000000e+00, i64 -1 } }]
@mlp_program = hidden constant %kcc_program { i32 3, i32 352, ptr @text, ptr @text.1, ptr @text.2, ptr @text.3, ptr @text.4, ptr @text.5, i32 1, i32 1, i32 4, i32 4, i32 0, i32 0, float 0.000000e+00, float 0.000000e+00, ptr @inputs, ptr @outputs, ptr @targets, ptr @sample_weights, ptr @variables, ptr null, [7 x %kcc_entry_point] [%kcc_entry_point { ptr @entry_predict, i64 0, i64 128 }, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer, %kcc_entry_point zeroinitializer], ptr null, i64 0, i32 -1, i32 0, ptr null, ptr null, i32 0 }, align 64

; Function Attrs: noinline nounwind
define internal void @kernel.k0_hidden_contract(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc34 = alloca <8 x float>, align 32
  %acc33 = alloca <8 x float>, align 32
  %acc22 = alloca <8 x float>, align 32
  %acc21 = alloca <8 x float>, align 32
  %acc20 = alloca <8 x float>, align 32
  %acc19 = alloca <8 x float>, align 32
  %acc11 = alloca <8 x float>, align 32
  %acc10 = alloca <8 x float>, align 32
  %acc9 = alloca <8 x float>, align 32
  %acc8 = alloca <8 x float>, align 32
  %acc7 = alloca <8 x float>, align 32
  %acc6 = alloca <8 x float>, align 32
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
  %hidden_relu = load ptr, ptr %3, align 8, !invariant.load !0
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

loop:                                             ; preds = %274, %enter
  %task = phi i64 [ %begin, %enter ], [ %next41, %274 ]
  %8 = srem i64 %task, %6
  %9 = sdiv i64 %task, %6
  %10 = mul i64 %8, 6
  %11 = sub i64 %batch, %10
  %12 = icmp sle i64 6, %11
  br i1 %12, label %then, label %172

then:                                             ; preds = %loop
  store <8 x float> zeroinitializer, ptr %acc, align 32
  store <8 x float> zeroinitializer, ptr %acc1, align 32
  store <8 x float> zeroinitializer, ptr %acc2, align 32
  store <8 x float> zeroinitializer, ptr %acc3, align 32
  store <8 x float> zeroinitializer, ptr %acc4, align 32
  store <8 x float> zeroinitializer, ptr %acc5, align 32
  store <8 x float> zeroinitializer, ptr %acc6, align 32
  store <8 x float> zeroinitializer, ptr %acc7, align 32
  store <8 x float> zeroinitializer, ptr %acc8, align 32
  store <8 x float> zeroinitializer, ptr %acc9, align 32
  store <8 x float> zeroinitializer, ptr %acc10, align 32
  store <8 x float> zeroinitializer, ptr %acc11, align 32
  br i1 true, label %enter12, label %exit14

enter12:                                          ; preds = %then
  br label %loop13

loop13:                                           ; preds = %loop13, %enter12
  %k = phi i64 [ 0, %enter12 ], [ %next, %loop13 ]
  %13 = mul i64 %k, 16
  %14 = getelementptr float, ptr %hidden_kernel, i64 %13
  %15 = load <8 x float>, ptr %14, align 4, !alias.scope !1, !noalias !4
  %16 = mul i64 %k, 16
  %17 = getelementptr float, ptr %hidden_kernel, i64 %16
  %18 = getelementptr float, ptr %17, i64 8
  %19 = load <8 x float>, ptr %18, align 4, !alias.scope !1, !noalias !4
  %20 = mul i64 %10, 6
  %21 = getelementptr float, ptr %input, i64 %20
  %22 = getelementptr float, ptr %21, i64 %k
  %23 = load float, ptr %22, align 4, !alias.scope !8, !noalias !9
  %24 = insertelement <8 x float> poison, float %23, i64 0
  %25 = shufflevector <8 x float> %24, <8 x float> poison, <8 x i32> zeroinitializer
  %26 = load <8 x float>, ptr %acc, align 32
  %27 = call <8 x float> @llvm.fma.v8f32(<8 x float> %25, <8 x float> %15, <8 x float> %26)
  store <8 x float> %27, ptr %acc, align 32
  %28 = load <8 x float>, ptr %acc1, align 32
  %29 = call <8 x float> @llvm.fma.v8f32(<8 x float> %25, <8 x float> %19, <8 x float> %28)
  store <8 x float> %29, ptr %acc1, align 32
  %30 = mul i64 %10, 6
  %31 = getelementptr float, ptr %input, i64 %30
  %32 = getelementptr float, ptr %31, i64 %k
  %33 = getelementptr float, ptr %32, i64 6
  %34 = load float, ptr %33, align 4, !alias.scope !8, !noalias !9
  %35 = insertelement <8 x float> poison, float %34, i64 0
  %36 = shufflevector <8 x float> %35, <8 x float> poison, <8 x i32> zeroinitializer
  %37 = load <8 x float>, ptr %acc2, align 32
  %38 = call <8 x float> @llvm.fma.v8f32(<8 x float> %36, <8 x float> %15, <8 x float> %37)
  store <8 x float> %38, ptr %acc2, align 32
  %39 = load <8 x float>, ptr %acc3, align 32
  %40 = call <8 x float> @llvm.fma.v8f32(<8 x float> %36, <8 x float> %19, <8 x float> %39)
  store <8 x float> %40, ptr %acc3, align 32
  %41 = mul i64 %10, 6
  %42 = getelementptr float, ptr %input, i64 %41
  %43 = getelementptr float, ptr %42, i64 %k
  %44 = getelementptr float, ptr %43, i64 12
  %45 = load float, ptr %44, align 4, !alias.scope !8, !noalias !9
  %46 = insertelement <8 x float> poison, float %45, i64 0
  %47 = shufflevector <8 x float> %46, <8 x float> poison, <8 x i32> zeroinitializer
  %48 = load <8 x float>, ptr %acc4, align 32
  %49 = call <8 x float> @llvm.fma.v8f32(<8 x float> %47, <8 x float> %15, <8 x float> %48)
  store <8 x float> %49, ptr %acc4, align 32
  %50 = load <8 x float>, ptr %acc5, align 32
  %51 = call <8 x float> @llvm.fma.v8f32(<8 x float> %47, <8 x float> %19, <8 x float> %50)
  store <8 x float> %51, ptr %acc5, align 32
  %52 = mul i64 %10, 6
  %53 = getelementptr float, ptr %input, i64 %52
  %54 = getelementptr float, ptr %53, i64 %k
  %55 = getelementptr float, ptr %54, i64 18
  %56 = load float, ptr %55, align 4, !alias.scope !8, !noalias !9
  %57 = insertelement <8 x float> poison, float %56, i64 0
  %58 = shufflevector <8 x float> %57, <8 x float> poison, <8 x i32> zeroinitializer
  %59 = load <8 x float>, ptr %acc6, align 32
  %60 = call <8 x float> @llvm.fma.v8f32(<8 x float> %58, <8 x float> %15, <8 x float> %59)
  store <8 x float> %60, ptr %acc6, align 32
  %61 = load <8 x float>, ptr %acc7, align 32
  %62 = call <8 x float> @llvm.fma.v8f32(<8 x float> %58, <8 x float> %19, <8 x float> %61)
  store <8 x float> %62, ptr %acc7, align 32
  %63 = mul i64 %10, 6
  %64 = getelementptr float, ptr %input, i64 %63
  %65 = getelementptr float, ptr %64, i64 %k
  %66 = getelementptr float, ptr %65, i64 24
  %67 = load float, ptr %66, align 4, !alias.scope !8, !noalias !9
  %68 = insertelement <8 x float> poison, float %67, i64 0
  %69 = shufflevector <8 x float> %68, <8 x float> poison, <8 x i32> zeroinitializer
  %70 = load <8 x float>, ptr %acc8, align 32
  %71 = call <8 x float> @llvm.fma.v8f32(<8 x float> %69, <8 x float> %15, <8 x float> %70)
  store <8 x float> %71, ptr %acc8, align 32
  %72 = load <8 x float>, ptr %acc9, align 32
  %73 = call <8 x float> @llvm.fma.v8f32(<8 x float> %69, <8 x float> %19, <8 x float> %72)
  store <8 x float> %73, ptr %acc9, align 32
  %74 = mul i64 %10, 6
  %75 = getelementptr float, ptr %input, i64 %74
  %76 = getelementptr float, ptr %75, i64 %k
  %77 = getelementptr float, ptr %76, i64 30
  %78 = load float, ptr %77, align 4, !alias.scope !8, !noalias !9
  %79 = insertelement <8 x float> poison, float %78, i64 0
  %80 = shufflevector <8 x float> %79, <8 x float> poison, <8 x i32> zeroinitializer
  %81 = load <8 x float>, ptr %acc10, align 32
  %82 = call <8 x float> @llvm.fma.v8f32(<8 x float> %80, <8 x float> %15, <8 x float> %81)
  store <8 x float> %82, ptr %acc10, align 32
  %83 = load <8 x float>, ptr %acc11, align 32
  %84 = call <8 x float> @llvm.fma.v8f32(<8 x float> %80, <8 x float> %19, <8 x float> %83)
  store <8 x float> %84, ptr %acc11, align 32
  %next = add nsw i64 %k, 1
  %85 = icmp slt i64 %next, 6
  br i1 %85, label %loop13, label %exit14

exit14:                                           ; preds = %loop13, %then
  %86 = load <8 x float>, ptr %hidden_bias, align 4, !alias.scope !10, !noalias !11
  %87 = load <8 x float>, ptr %acc, align 32
  %88 = fadd <8 x float> %87, %86
  %89 = fcmp ugt <8 x float> %88, zeroinitializer
  %90 = select <8 x i1> %89, <8 x float> %88, <8 x float> zeroinitializer
  %91 = mul i64 %10, 16
  %92 = getelementptr float, ptr %hidden_relu, i64 %91
  store <8 x float> %90, ptr %92, align 4, !alias.scope !12, !noalias !13
  %93 = load <8 x float>, ptr %acc2, align 32
  %94 = fadd <8 x float> %93, %86
  %95 = fcmp ugt <8 x float> %94, zeroinitializer
  %96 = select <8 x i1> %95, <8 x float> %94, <8 x float> zeroinitializer
  %97 = mul i64 %10, 16
  %98 = getelementptr float, ptr %hidden_relu, i64 %97
  %99 = getelementptr float, ptr %98, i64 16
  store <8 x float> %96, ptr %99, align 4, !alias.scope !12, !noalias !13
  %100 = load <8 x float>, ptr %acc4, align 32
  %101 = fadd <8 x float> %100, %86
  %102 = fcmp ugt <8 x float> %101, zeroinitializer
  %103 = select <8 x i1> %102, <8 x float> %101, <8 x float> zeroinitializer
  %104 = mul i64 %10, 16
  %105 = getelementptr float, ptr %hidden_relu, i64 %104
  %106 = getelementptr float, ptr %105, i64 32
  store <8 x float> %103, ptr %106, align 4, !alias.scope !12, !noalias !13
  %107 = load <8 x float>, ptr %acc6, align 32
  %108 = fadd <8 x float> %107, %86
  %109 = fcmp ugt <8 x float> %108, zeroinitializer
  %110 = select <8 x i1> %109, <8 x float> %108, <8 x float> zeroinitializer
  %111 = mul i64 %10, 16
  %112 = getelementptr float, ptr %hidden_relu, i64 %111
  %113 = getelementptr float, ptr %112, i64 48
  store <8 x float> %110, ptr %113, align 4, !alias.scope !12, !noalias !13
  %114 = load <8 x float>, ptr %acc8, align 32
  %115 = fadd <8 x float> %114, %86
  %116 = fcmp ugt <8 x float> %115, zeroinitializer
  %117 = select <8 x i1> %116, <8 x float> %115, <8 x float> zeroinitializer
  %118 = mul i64 %10, 16
  %119 = getelementptr float, ptr %hidden_relu, i64 %118
  %120 = getelementptr float, ptr %119, i64 64
  store <8 x float> %117, ptr %120, align 4, !alias.scope !12, !noalias !13
  %121 = load <8 x float>, ptr %acc10, align 32
  %122 = fadd <8 x float> %121, %86
  %123 = fcmp ugt <8 x float> %122, zeroinitializer
  %124 = select <8 x i1> %123, <8 x float> %122, <8 x float> zeroinitializer
  %125 = mul i64 %10, 16
  %126 = getelementptr float, ptr %hidden_relu, i64 %125
  %127 = getelementptr float, ptr %126, i64 80
  store <8 x float> %124, ptr %127, align 4, !alias.scope !12, !noalias !13
  %128 = getelementptr float, ptr %hidden_bias, i64 8
  %129 = load <8 x float>, ptr %128, align 4, !alias.scope !10, !noalias !11
  %130 = load <8 x float>, ptr %acc1, align 32
  %131 = fadd <8 x float> %130, %129
  %132 = fcmp ugt <8 x float> %131, zeroinitializer
  %133 = select <8 x i1> %132, <8 x float> %131, <8 x float> zeroinitializer
  %134 = mul i64 %10, 16
  %135 = getelementptr float, ptr %hidden_relu, i64 %134
  %136 = getelementptr float, ptr %135, i64 8
  store <8 x float> %133, ptr %136, align 4, !alias.scope !12, !noalias !13
  %137 = load <8 x float>, ptr %acc3, align 32
  %138 = fadd <8 x float> %137, %129
  %139 = fcmp ugt <8 x float> %138, zeroinitializer
  %140 = select <8 x i1> %139, <8 x float> %138, <8 x float> zeroinitializer
  %141 = mul i64 %10, 16
  %142 = getelementptr float, ptr %hidden_relu, i64 %141
  %143 = getelementptr float, ptr %142, i64 24
  store <8 x float> %140, ptr %143, align 4, !alias.scope !12, !noalias !13
  %144 = load <8 x float>, ptr %acc5, align 32
  %145 = fadd <8 x float> %144, %129
  %146 = fcmp ugt <8 x float> %145, zeroinitializer
  %147 = select <8 x i1> %146, <8 x float> %145, <8 x float> zeroinitializer
  %148 = mul i64 %10, 16
  %149 = getelementptr float, ptr %hidden_relu, i64 %148
  %150 = getelementptr float, ptr %149, i64 40
  store <8 x float> %147, ptr %150, align 4, !alias.scope !12, !noalias !13
  %151 = load <8 x float>, ptr %acc7, align 32
  %152 = fadd <8 x float> %151, %129
  %153 = fcmp ugt <8 x float> %152, zeroinitializer
  %154 = select <8 x i1> %153, <8 x float> %152, <8 x float> zeroinitializer
  %155 = mul i64 %10, 16
  %156 = getelementptr float, ptr %hidden_relu, i64 %155
  %157 = getelementptr float, ptr %156, i64 56
  store <8 x float> %154, ptr %157, align 4, !alias.scope !12, !noalias !13
  %158 = load <8 x float>, ptr %acc9, align 32
  %159 = fadd <8 x float> %158, %129
  %160 = fcmp ugt <8 x float> %159, zeroinitializer
  %161 = select <8 x i1> %160, <8 x float> %159, <8 x float> zeroinitializer
  %162 = mul i64 %10, 16
  %163 = getelementptr float, ptr %hidden_relu, i64 %162
  %164 = getelementptr float, ptr %163, i64 72
  store <8 x float> %161, ptr %164, align 4, !alias.scope !12, !noalias !13
  %165 = load <8 x float>, ptr %acc11, align 32
  %166 = fadd <8 x float> %165, %129
  %167 = fcmp ugt <8 x float> %166, zeroinitializer
  %168 = select <8 x i1> %167, <8 x float> %166, <8 x float> zeroinitializer
  %169 = mul i64 %10, 16
  %170 = getelementptr float, ptr %hidden_relu, i64 %169
  %171 = getelementptr float, ptr %170, i64 88
  store <8 x float> %168, ptr %171, align 4, !alias.scope !12, !noalias !13
  br label %172

172:                                              ; preds = %exit14, %loop
  %173 = icmp slt i64 %11, 6
  br i1 %173, label %then15, label %274

then15:                                           ; preds = %172
  %174 = and i64 %11, -2
  %175 = add i64 %10, %174
  %176 = icmp slt i64 %10, %175
  br i1 %176, label %enter16, label %exit18

enter16:                                          ; preds = %then15
  br label %loop17

loop17:                                           ; preds = %exit25, %enter16
  %row = phi i64 [ %10, %enter16 ], [ %next28, %exit25 ]
  store <8 x float> zeroinitializer, ptr %acc19, align 32
  store <8 x float> zeroinitializer, ptr %acc20, align 32
  store <8 x float> zeroinitializer, ptr %acc21, align 32
  store <8 x float> zeroinitializer, ptr %acc22, align 32
  br i1 true, label %enter23, label %exit25

enter23:                                          ; preds = %loop17
  br label %loop24

loop24:                                           ; preds = %loop24, %enter23
  %k26 = phi i64 [ 0, %enter23 ], [ %next27, %loop24 ]
  %177 = mul i64 %k26, 16
  %178 = getelementptr float, ptr %hidden_kernel, i64 %177
  %179 = load <8 x float>, ptr %178, align 4, !alias.scope !1, !noalias !4
  %180 = mul i64 %k26, 16
  %181 = getelementptr float, ptr %hidden_kernel, i64 %180
  %182 = getelementptr float, ptr %181, i64 8
  %183 = load <8 x float>, ptr %182, align 4, !alias.scope !1, !noalias !4
  %184 = mul i64 %row, 6
  %185 = getelementptr float, ptr %input, i64 %184
  %186 = getelementptr float, ptr %185, i64 %k26
  %187 = load float, ptr %186, align 4, !alias.scope !8, !noalias !9
  %188 = insertelement <8 x float> poison, float %187, i64 0
  %189 = shufflevector <8 x float> %188, <8 x float> poison, <8 x i32> zeroinitializer
  %190 = load <8 x float>, ptr %acc19, align 32
  %191 = call <8 x float> @llvm.fma.v8f32(<8 x float> %189, <8 x float> %179, <8 x float> %190)
  store <8 x float> %191, ptr %acc19, align 32
  %192 = load <8 x float>, ptr %acc20, align 32
  %193 = call <8 x float> @llvm.fma.v8f32(<8 x float> %189, <8 x float> %183, <8 x float> %192)
  store <8 x float> %193, ptr %acc20, align 32
  %194 = mul i64 %row, 6
  %195 = getelementptr float, ptr %input, i64 %194
  %196 = getelementptr float, ptr %195, i64 %k26
  %197 = getelementptr float, ptr %196, i64 6
  %198 = load float, ptr %197, align 4, !alias.scope !8, !noalias !9
  %199 = insertelement <8 x float> poison, float %198, i64 0
  %200 = shufflevector <8 x float> %199, <8 x float> poison, <8 x i32> zeroinitializer
  %201 = load <8 x float>, ptr %acc21, align 32
  %202 = call <8 x float> @llvm.fma.v8f32(<8 x float> %200, <8 x float> %179, <8 x float> %201)
  store <8 x float> %202, ptr %acc21, align 32
  %203 = load <8 x float>, ptr %acc22, align 32
  %204 = call <8 x float> @llvm.fma.v8f32(<8 x float> %200, <8 x float> %183, <8 x float> %203)
  store <8 x float> %204, ptr %acc22, align 32
  %next27 = add nsw i64 %k26, 1
  %205 = icmp slt i64 %next27, 6
  br i1 %205, label %loop24, label %exit25

exit25:                                           ; preds = %loop24, %loop17
  %206 = load <8 x float>, ptr %hidden_bias, align 4, !alias.scope !10, !noalias !11
  %207 = load <8 x float>, ptr %acc19, align 32
  %208 = fadd <8 x float> %207, %206
  %209 = fcmp ugt <8 x float> %208, zeroinitializer
  %210 = select <8 x i1> %209, <8 x float> %208, <8 x float> zeroinitializer
  %211 = mul i64 %row, 16
  %212 = getelementptr float, ptr %hidden_relu, i64 %211
  store <8 x float> %210, ptr %212, align 4, !alias.scope !12, !noalias !13
  %213 = load <8 x float>, ptr %acc21, align 32
  %214 = fadd <8 x float> %213, %206
  %215 = fcmp ugt <8 x float> %214, zeroinitializer
  %216 = select <8 x i1> %215, <8 x float> %214, <8 x float> zeroinitializer
  %217 = mul i64 %row, 16
  %218 = getelementptr float, ptr %hidden_relu, i64 %217
  %219 = getelementptr float, ptr %218, i64 16
  store <8 x float> %216, ptr %219, align 4, !alias.scope !12, !noalias !13
  %220 = getelementptr float, ptr %hidden_bias, i64 8
  %221 = load <8 x float>, ptr %220, align 4, !alias.scope !10, !noalias !11
  %222 = load <8 x float>, ptr %acc20, align 32
  %223 = fadd <8 x float> %222, %221
  %224 = fcmp ugt <8 x float> %223, zeroinitializer
  %225 = select <8 x i1> %224, <8 x float> %223, <8 x float> zeroinitializer
  %226 = mul i64 %row, 16
  %227 = getelementptr float, ptr %hidden_relu, i64 %226
  %228 = getelementptr float, ptr %227, i64 8
  store <8 x float> %225, ptr %228, align 4, !alias.scope !12, !noalias !13
  %229 = load <8 x float>, ptr %acc22, align 32
  %230 = fadd <8 x float> %229, %221
  %231 = fcmp ugt <8 x float> %230, zeroinitializer
  %232 = select <8 x i1> %231, <8 x float> %230, <8 x float> zeroinitializer
  %233 = mul i64 %row, 16
  %234 = getelementptr float, ptr %hidden_relu, i64 %233
  %235 = getelementptr float, ptr %234, i64 24
  store <8 x float> %232, ptr %235, align 4, !alias.scope !12, !noalias !13
  %next28 = add nsw i64 %row, 2
  %236 = icmp slt i64 %next28, %175
  br i1 %236, label %loop17, label %exit18

exit18:                                           ; preds = %exit25, %then15
  %237 = add i64 %10, %11
  %238 = icmp slt i64 %175, %237
  br i1 %238, label %enter29, label %exit31

enter29:                                          ; preds = %exit18
  br label %loop30

loop30:                                           ; preds = %exit37, %enter29
  %row32 = phi i64 [ %175, %enter29 ], [ %next40, %exit37 ]
  store <8 x float> zeroinitializer, ptr %acc33, align 32
  store <8 x float> zeroinitializer, ptr %acc34, align 32
  br i1 true, label %enter35, label %exit37

enter35:                                          ; preds = %loop30
  br label %loop36

loop36:                                           ; preds = %loop36, %enter35
  %k38 = phi i64 [ 0, %enter35 ], [ %next39, %loop36 ]
  %239 = mul i64 %k38, 16
  %240 = getelementptr float, ptr %hidden_kernel, i64 %239
  %241 = load <8 x float>, ptr %240, align 4, !alias.scope !1, !noalias !4
  %242 = mul i64 %k38, 16
  %243 = getelementptr float, ptr %hidden_kernel, i64 %242
  %244 = getelementptr float, ptr %243, i64 8
  %245 = load <8 x float>, ptr %244, align 4, !alias.scope !1, !noalias !4
  %246 = mul i64 %row32, 6
  %247 = getelementptr float, ptr %input, i64 %246
  %248 = getelementptr float, ptr %247, i64 %k38
  %249 = load float, ptr %248, align 4, !alias.scope !8, !noalias !9
  %250 = insertelement <8 x float> poison, float %249, i64 0
  %251 = shufflevector <8 x float> %250, <8 x float> poison, <8 x i32> zeroinitializer
  %252 = load <8 x float>, ptr %acc33, align 32
  %253 = call <8 x float> @llvm.fma.v8f32(<8 x float> %251, <8 x float> %241, <8 x float> %252)
  store <8 x float> %253, ptr %acc33, align 32
  %254 = load <8 x float>, ptr %acc34, align 32
  %255 = call <8 x float> @llvm.fma.v8f32(<8 x float> %251, <8 x float> %245, <8 x float> %254)
  store <8 x float> %255, ptr %acc34, align 32
  %next39 = add nsw i64 %k38, 1
  %256 = icmp slt i64 %next39, 6
  br i1 %256, label %loop36, label %exit37

exit37:                                           ; preds = %loop36, %loop30
  %257 = load <8 x float>, ptr %hidden_bias, align 4, !alias.scope !10, !noalias !11
  %258 = load <8 x float>, ptr %acc33, align 32
  %259 = fadd <8 x float> %258, %257
  %260 = fcmp ugt <8 x float> %259, zeroinitializer
  %261 = select <8 x i1> %260, <8 x float> %259, <8 x float> zeroinitializer
  %262 = mul i64 %row32, 16
  %263 = getelementptr float, ptr %hidden_relu, i64 %262
  store <8 x float> %261, ptr %263, align 4, !alias.scope !12, !noalias !13
  %264 = getelementptr float, ptr %hidden_bias, i64 8
  %265 = load <8 x float>, ptr %264, align 4, !alias.scope !10, !noalias !11
  %266 = load <8 x float>, ptr %acc34, align 32
  %267 = fadd <8 x float> %266, %265
  %268 = fcmp ugt <8 x float> %267, zeroinitializer
  %269 = select <8 x i1> %268, <8 x float> %267, <8 x float> zeroinitializer
  %270 = mul i64 %row32, 16
  %271 = getelementptr float, ptr %hidden_relu, i64 %270
  %272 = getelementptr float, ptr %271, i64 8
  store <8 x float> %269, ptr %272, align 4, !alias.scope !12, !noalias !13
  %next40 = add nsw i64 %row32, 1
  %273 = icmp slt i64 %next40, %237
  br i1 %273, label %loop30, label %exit31

exit31:                                           ; preds = %exit37, %exit18
  br label %274

274:                                              ; preds = %exit31, %172
  %next41 = add nsw i64 %task, 1
  %275 = icmp slt i64 %next41, %end
  br i1 %275, label %loop, label %exit

exit:                                             ; preds = %274, %start
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>) #1

; Function Attrs: noinline nounwind
define internal void @kernel.k1_classes_contract(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
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
  %classes_kernel = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %hidden_relu = load ptr, ptr %1, align 8, !invariant.load !0
  %2 = getelementptr inbounds ptr, ptr %buffer, i64 2
  %classes_bias = load ptr, ptr %2, align 8, !invariant.load !0
  %3 = getelementptr inbounds ptr, ptr %buffer, i64 3
  %classes_add = load ptr, ptr %3, align 8, !invariant.load !0
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

loop:                                             ; preds = %289, %enter
  %task = phi i64 [ %begin, %enter ], [ %next32, %289 ]
  %8 = srem i64 %task, %6
  %9 = sdiv i64 %task, %6
  %10 = mul i64 %8, 6
  %11 = sub i64 %batch, %10
  %12 = icmp sle i64 6, %11
  br i1 %12, label %then, label %183

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
  %13 = mul i64 %k, 3
  %14 = getelementptr float, ptr %classes_kernel, i64 %13
  %15 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %16 = call i64 @llvm.smin.i64(i64 %15, i64 8)
  %17 = trunc i64 %16 to i32
  %18 = insertelement <8 x i32> poison, i32 %17, i64 0
  %19 = shufflevector <8 x i32> %18, <8 x i32> poison, <8 x i32> zeroinitializer
  %20 = icmp ugt <8 x i32> %19, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %21 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %14, i32 4, <8 x i1> %20, <8 x float> zeroinitializer), !alias.scope !14, !noalias !17
  %22 = mul i64 %10, 16
  %23 = getelementptr float, ptr %hidden_relu, i64 %22
  %24 = getelementptr float, ptr %23, i64 %k
  %25 = load float, ptr %24, align 4, !alias.scope !21, !noalias !22
  %26 = insertelement <8 x float> poison, float %25, i64 0
  %27 = shufflevector <8 x float> %26, <8 x float> poison, <8 x i32> zeroinitializer
  %28 = load <8 x float>, ptr %acc, align 32
  %29 = call <8 x float> @llvm.fma.v8f32(<8 x float> %27, <8 x float> %21, <8 x float> %28)
  store <8 x float> %29, ptr %acc, align 32
  %30 = mul i64 %10, 16
  %31 = getelementptr float, ptr %hidden_relu, i64 %30
  %32 = getelementptr float, ptr %31, i64 %k
  %33 = getelementptr float, ptr %32, i64 16
  %34 = load float, ptr %33, align 4, !alias.scope !21, !noalias !22
  %35 = insertelement <8 x float> poison, float %34, i64 0
  %36 = shufflevector <8 x float> %35, <8 x float> poison, <8 x i32> zeroinitializer
  %37 = load <8 x float>, ptr %acc1, align 32
  %38 = call <8 x float> @llvm.fma.v8f32(<8 x float> %36, <8 x float> %21, <8 x float> %37)
  store <8 x float> %38, ptr %acc1, align 32
  %39 = mul i64 %10, 16
  %40 = getelementptr float, ptr %hidden_relu, i64 %39
  %41 = getelementptr float, ptr %40, i64 %k
  %42 = getelementptr float, ptr %41, i64 32
  %43 = load float, ptr %42, align 4, !alias.scope !21, !noalias !22
  %44 = insertelement <8 x float> poison, float %43, i64 0
  %45 = shufflevector <8 x float> %44, <8 x float> poison, <8 x i32> zeroinitializer
  %46 = load <8 x float>, ptr %acc2, align 32
  %47 = call <8 x float> @llvm.fma.v8f32(<8 x float> %45, <8 x float> %21, <8 x float> %46)
  store <8 x float> %47, ptr %acc2, align 32
  %48 = mul i64 %10, 16
  %49 = getelementptr float, ptr %hidden_relu, i64 %48
  %50 = getelementptr float, ptr %49, i64 %k
  %51 = getelementptr float, ptr %50, i64 48
  %52 = load float, ptr %51, align 4, !alias.scope !21, !noalias !22
  %53 = insertelement <8 x float> poison, float %52, i64 0
  %54 = shufflevector <8 x float> %53, <8 x float> poison, <8 x i32> zeroinitializer
  %55 = load <8 x float>, ptr %acc3, align 32
  %56 = call <8 x float> @llvm.fma.v8f32(<8 x float> %54, <8 x float> %21, <8 x float> %55)
  store <8 x float> %56, ptr %acc3, align 32
  %57 = mul i64 %10, 16
  %58 = getelementptr float, ptr %hidden_relu, i64 %57
  %59 = getelementptr float, ptr %58, i64 %k
  %60 = getelementptr float, ptr %59, i64 64
  %61 = load float, ptr %60, align 4, !alias.scope !21, !noalias !22
  %62 = insertelement <8 x float> poison, float %61, i64 0
  %63 = shufflevector <8 x float> %62, <8 x float> poison, <8 x i32> zeroinitializer
  %64 = load <8 x float>, ptr %acc4, align 32
  %65 = call <8 x float> @llvm.fma.v8f32(<8 x float> %63, <8 x float> %21, <8 x float> %64)
  store <8 x float> %65, ptr %acc4, align 32
  %66 = mul i64 %10, 16
  %67 = getelementptr float, ptr %hidden_relu, i64 %66
  %68 = getelementptr float, ptr %67, i64 %k
  %69 = getelementptr float, ptr %68, i64 80
  %70 = load float, ptr %69, align 4, !alias.scope !21, !noalias !22
  %71 = insertelement <8 x float> poison, float %70, i64 0
  %72 = shufflevector <8 x float> %71, <8 x float> poison, <8 x i32> zeroinitializer
  %73 = load <8 x float>, ptr %acc5, align 32
  %74 = call <8 x float> @llvm.fma.v8f32(<8 x float> %72, <8 x float> %21, <8 x float> %73)
  store <8 x float> %74, ptr %acc5, align 32
  %next = add nsw i64 %k, 1
  %75 = icmp slt i64 %next, 16
  br i1 %75, label %loop7, label %exit8

exit8:                                            ; preds = %loop7, %then
  %76 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %77 = call i64 @llvm.smin.i64(i64 %76, i64 8)
  %78 = trunc i64 %77 to i32
  %79 = insertelement <8 x i32> poison, i32 %78, i64 0
  %80 = shufflevector <8 x i32> %79, <8 x i32> poison, <8 x i32> zeroinitializer
  %81 = icmp ugt <8 x i32> %80, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %82 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %81, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %83 = load <8 x float>, ptr %acc, align 32
  %84 = fadd <8 x float> %83, %82
  %85 = mul i64 %10, 3
  %86 = getelementptr float, ptr %classes_add, i64 %85
  %87 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %88 = call i64 @llvm.smin.i64(i64 %87, i64 8)
  %89 = trunc i64 %88 to i32
  %90 = insertelement <8 x i32> poison, i32 %89, i64 0
  %91 = shufflevector <8 x i32> %90, <8 x i32> poison, <8 x i32> zeroinitializer
  %92 = icmp ugt <8 x i32> %91, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %84, ptr %86, i32 4, <8 x i1> %92), !alias.scope !25, !noalias !26
  %93 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %94 = call i64 @llvm.smin.i64(i64 %93, i64 8)
  %95 = trunc i64 %94 to i32
  %96 = insertelement <8 x i32> poison, i32 %95, i64 0
  %97 = shufflevector <8 x i32> %96, <8 x i32> poison, <8 x i32> zeroinitializer
  %98 = icmp ugt <8 x i32> %97, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %99 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %98, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %100 = load <8 x float>, ptr %acc1, align 32
  %101 = fadd <8 x float> %100, %99
  %102 = mul i64 %10, 3
  %103 = getelementptr float, ptr %classes_add, i64 %102
  %104 = getelementptr float, ptr %103, i64 3
  %105 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %106 = call i64 @llvm.smin.i64(i64 %105, i64 8)
  %107 = trunc i64 %106 to i32
  %108 = insertelement <8 x i32> poison, i32 %107, i64 0
  %109 = shufflevector <8 x i32> %108, <8 x i32> poison, <8 x i32> zeroinitializer
  %110 = icmp ugt <8 x i32> %109, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %101, ptr %104, i32 4, <8 x i1> %110), !alias.scope !25, !noalias !26
  %111 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %112 = call i64 @llvm.smin.i64(i64 %111, i64 8)
  %113 = trunc i64 %112 to i32
  %114 = insertelement <8 x i32> poison, i32 %113, i64 0
  %115 = shufflevector <8 x i32> %114, <8 x i32> poison, <8 x i32> zeroinitializer
  %116 = icmp ugt <8 x i32> %115, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %117 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %116, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %118 = load <8 x float>, ptr %acc2, align 32
  %119 = fadd <8 x float> %118, %117
  %120 = mul i64 %10, 3
  %121 = getelementptr float, ptr %classes_add, i64 %120
  %122 = getelementptr float, ptr %121, i64 6
  %123 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %124 = call i64 @llvm.smin.i64(i64 %123, i64 8)
  %125 = trunc i64 %124 to i32
  %126 = insertelement <8 x i32> poison, i32 %125, i64 0
  %127 = shufflevector <8 x i32> %126, <8 x i32> poison, <8 x i32> zeroinitializer
  %128 = icmp ugt <8 x i32> %127, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %119, ptr %122, i32 4, <8 x i1> %128), !alias.scope !25, !noalias !26
  %129 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %130 = call i64 @llvm.smin.i64(i64 %129, i64 8)
  %131 = trunc i64 %130 to i32
  %132 = insertelement <8 x i32> poison, i32 %131, i64 0
  %133 = shufflevector <8 x i32> %132, <8 x i32> poison, <8 x i32> zeroinitializer
  %134 = icmp ugt <8 x i32> %133, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %135 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %134, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %136 = load <8 x float>, ptr %acc3, align 32
  %137 = fadd <8 x float> %136, %135
  %138 = mul i64 %10, 3
  %139 = getelementptr float, ptr %classes_add, i64 %138
  %140 = getelementptr float, ptr %139, i64 9
  %141 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %142 = call i64 @llvm.smin.i64(i64 %141, i64 8)
  %143 = trunc i64 %142 to i32
  %144 = insertelement <8 x i32> poison, i32 %143, i64 0
  %145 = shufflevector <8 x i32> %144, <8 x i32> poison, <8 x i32> zeroinitializer
  %146 = icmp ugt <8 x i32> %145, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %137, ptr %140, i32 4, <8 x i1> %146), !alias.scope !25, !noalias !26
  %147 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %148 = call i64 @llvm.smin.i64(i64 %147, i64 8)
  %149 = trunc i64 %148 to i32
  %150 = insertelement <8 x i32> poison, i32 %149, i64 0
  %151 = shufflevector <8 x i32> %150, <8 x i32> poison, <8 x i32> zeroinitializer
  %152 = icmp ugt <8 x i32> %151, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %153 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %152, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %154 = load <8 x float>, ptr %acc4, align 32
  %155 = fadd <8 x float> %154, %153
  %156 = mul i64 %10, 3
  %157 = getelementptr float, ptr %classes_add, i64 %156
  %158 = getelementptr float, ptr %157, i64 12
  %159 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %160 = call i64 @llvm.smin.i64(i64 %159, i64 8)
  %161 = trunc i64 %160 to i32
  %162 = insertelement <8 x i32> poison, i32 %161, i64 0
  %163 = shufflevector <8 x i32> %162, <8 x i32> poison, <8 x i32> zeroinitializer
  %164 = icmp ugt <8 x i32> %163, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %155, ptr %158, i32 4, <8 x i1> %164), !alias.scope !25, !noalias !26
  %165 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %166 = call i64 @llvm.smin.i64(i64 %165, i64 8)
  %167 = trunc i64 %166 to i32
  %168 = insertelement <8 x i32> poison, i32 %167, i64 0
  %169 = shufflevector <8 x i32> %168, <8 x i32> poison, <8 x i32> zeroinitializer
  %170 = icmp ugt <8 x i32> %169, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %171 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %170, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %172 = load <8 x float>, ptr %acc5, align 32
  %173 = fadd <8 x float> %172, %171
  %174 = mul i64 %10, 3
  %175 = getelementptr float, ptr %classes_add, i64 %174
  %176 = getelementptr float, ptr %175, i64 15
  %177 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %178 = call i64 @llvm.smin.i64(i64 %177, i64 8)
  %179 = trunc i64 %178 to i32
  %180 = insertelement <8 x i32> poison, i32 %179, i64 0
  %181 = shufflevector <8 x i32> %180, <8 x i32> poison, <8 x i32> zeroinitializer
  %182 = icmp ugt <8 x i32> %181, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %173, ptr %176, i32 4, <8 x i1> %182), !alias.scope !25, !noalias !26
  br label %183

183:                                              ; preds = %exit8, %loop
  %184 = icmp slt i64 %11, 6
  br i1 %184, label %then9, label %289

then9:                                            ; preds = %183
  %185 = and i64 %11, -2
  %186 = add i64 %10, %185
  %187 = icmp slt i64 %10, %186
  br i1 %187, label %enter10, label %exit12

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
  %188 = mul i64 %k18, 3
  %189 = getelementptr float, ptr %classes_kernel, i64 %188
  %190 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %191 = call i64 @llvm.smin.i64(i64 %190, i64 8)
  %192 = trunc i64 %191 to i32
  %193 = insertelement <8 x i32> poison, i32 %192, i64 0
  %194 = shufflevector <8 x i32> %193, <8 x i32> poison, <8 x i32> zeroinitializer
  %195 = icmp ugt <8 x i32> %194, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %196 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %189, i32 4, <8 x i1> %195, <8 x float> zeroinitializer), !alias.scope !14, !noalias !17
  %197 = mul i64 %row, 16
  %198 = getelementptr float, ptr %hidden_relu, i64 %197
  %199 = getelementptr float, ptr %198, i64 %k18
  %200 = load float, ptr %199, align 4, !alias.scope !21, !noalias !22
  %201 = insertelement <8 x float> poison, float %200, i64 0
  %202 = shufflevector <8 x float> %201, <8 x float> poison, <8 x i32> zeroinitializer
  %203 = load <8 x float>, ptr %acc13, align 32
  %204 = call <8 x float> @llvm.fma.v8f32(<8 x float> %202, <8 x float> %196, <8 x float> %203)
  store <8 x float> %204, ptr %acc13, align 32
  %205 = mul i64 %row, 16
  %206 = getelementptr float, ptr %hidden_relu, i64 %205
  %207 = getelementptr float, ptr %206, i64 %k18
  %208 = getelementptr float, ptr %207, i64 16
  %209 = load float, ptr %208, align 4, !alias.scope !21, !noalias !22
  %210 = insertelement <8 x float> poison, float %209, i64 0
  %211 = shufflevector <8 x float> %210, <8 x float> poison, <8 x i32> zeroinitializer
  %212 = load <8 x float>, ptr %acc14, align 32
  %213 = call <8 x float> @llvm.fma.v8f32(<8 x float> %211, <8 x float> %196, <8 x float> %212)
  store <8 x float> %213, ptr %acc14, align 32
  %next19 = add nsw i64 %k18, 1
  %214 = icmp slt i64 %next19, 16
  br i1 %214, label %loop16, label %exit17

exit17:                                           ; preds = %loop16, %loop11
  %215 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %216 = call i64 @llvm.smin.i64(i64 %215, i64 8)
  %217 = trunc i64 %216 to i32
  %218 = insertelement <8 x i32> poison, i32 %217, i64 0
  %219 = shufflevector <8 x i32> %218, <8 x i32> poison, <8 x i32> zeroinitializer
  %220 = icmp ugt <8 x i32> %219, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %221 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %220, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %222 = load <8 x float>, ptr %acc13, align 32
  %223 = fadd <8 x float> %222, %221
  %224 = mul i64 %row, 3
  %225 = getelementptr float, ptr %classes_add, i64 %224
  %226 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %227 = call i64 @llvm.smin.i64(i64 %226, i64 8)
  %228 = trunc i64 %227 to i32
  %229 = insertelement <8 x i32> poison, i32 %228, i64 0
  %230 = shufflevector <8 x i32> %229, <8 x i32> poison, <8 x i32> zeroinitializer
  %231 = icmp ugt <8 x i32> %230, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %223, ptr %225, i32 4, <8 x i1> %231), !alias.scope !25, !noalias !26
  %232 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %233 = call i64 @llvm.smin.i64(i64 %232, i64 8)
  %234 = trunc i64 %233 to i32
  %235 = insertelement <8 x i32> poison, i32 %234, i64 0
  %236 = shufflevector <8 x i32> %235, <8 x i32> poison, <8 x i32> zeroinitializer
  %237 = icmp ugt <8 x i32> %236, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %238 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %237, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %239 = load <8 x float>, ptr %acc14, align 32
  %240 = fadd <8 x float> %239, %238
  %241 = mul i64 %row, 3
  %242 = getelementptr float, ptr %classes_add, i64 %241
  %243 = getelementptr float, ptr %242, i64 3
  %244 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %245 = call i64 @llvm.smin.i64(i64 %244, i64 8)
  %246 = trunc i64 %245 to i32
  %247 = insertelement <8 x i32> poison, i32 %246, i64 0
  %248 = shufflevector <8 x i32> %247, <8 x i32> poison, <8 x i32> zeroinitializer
  %249 = icmp ugt <8 x i32> %248, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %240, ptr %243, i32 4, <8 x i1> %249), !alias.scope !25, !noalias !26
  %next20 = add nsw i64 %row, 2
  %250 = icmp slt i64 %next20, %186
  br i1 %250, label %loop11, label %exit12

exit12:                                           ; preds = %exit17, %then9
  %251 = add i64 %10, %11
  %252 = icmp slt i64 %186, %251
  br i1 %252, label %enter21, label %exit23

enter21:                                          ; preds = %exit12
  br label %loop22

loop22:                                           ; preds = %exit28, %enter21
  %row24 = phi i64 [ %186, %enter21 ], [ %next31, %exit28 ]
  store <8 x float> zeroinitializer, ptr %acc25, align 32
  br i1 true, label %enter26, label %exit28

enter26:                                          ; preds = %loop22
  br label %loop27

loop27:                                           ; preds = %loop27, %enter26
  %k29 = phi i64 [ 0, %enter26 ], [ %next30, %loop27 ]
  %253 = mul i64 %k29, 3
  %254 = getelementptr float, ptr %classes_kernel, i64 %253
  %255 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %256 = call i64 @llvm.smin.i64(i64 %255, i64 8)
  %257 = trunc i64 %256 to i32
  %258 = insertelement <8 x i32> poison, i32 %257, i64 0
  %259 = shufflevector <8 x i32> %258, <8 x i32> poison, <8 x i32> zeroinitializer
  %260 = icmp ugt <8 x i32> %259, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %261 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %254, i32 4, <8 x i1> %260, <8 x float> zeroinitializer), !alias.scope !14, !noalias !17
  %262 = mul i64 %row24, 16
  %263 = getelementptr float, ptr %hidden_relu, i64 %262
  %264 = getelementptr float, ptr %263, i64 %k29
  %265 = load float, ptr %264, align 4, !alias.scope !21, !noalias !22
  %266 = insertelement <8 x float> poison, float %265, i64 0
  %267 = shufflevector <8 x float> %266, <8 x float> poison, <8 x i32> zeroinitializer
  %268 = load <8 x float>, ptr %acc25, align 32
  %269 = call <8 x float> @llvm.fma.v8f32(<8 x float> %267, <8 x float> %261, <8 x float> %268)
  store <8 x float> %269, ptr %acc25, align 32
  %next30 = add nsw i64 %k29, 1
  %270 = icmp slt i64 %next30, 16
  br i1 %270, label %loop27, label %exit28

exit28:                                           ; preds = %loop27, %loop22
  %271 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %272 = call i64 @llvm.smin.i64(i64 %271, i64 8)
  %273 = trunc i64 %272 to i32
  %274 = insertelement <8 x i32> poison, i32 %273, i64 0
  %275 = shufflevector <8 x i32> %274, <8 x i32> poison, <8 x i32> zeroinitializer
  %276 = icmp ugt <8 x i32> %275, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %277 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %classes_bias, i32 4, <8 x i1> %276, <8 x float> zeroinitializer), !alias.scope !23, !noalias !24
  %278 = load <8 x float>, ptr %acc25, align 32
  %279 = fadd <8 x float> %278, %277
  %280 = mul i64 %row24, 3
  %281 = getelementptr float, ptr %classes_add, i64 %280
  %282 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %283 = call i64 @llvm.smin.i64(i64 %282, i64 8)
  %284 = trunc i64 %283 to i32
  %285 = insertelement <8 x i32> poison, i32 %284, i64 0
  %286 = shufflevector <8 x i32> %285, <8 x i32> poison, <8 x i32> zeroinitializer
  %287 = icmp ugt <8 x i32> %286, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %279, ptr %281, i32 4, <8 x i1> %287), !alias.scope !25, !noalias !26
  %next31 = add nsw i64 %row24, 1
  %288 = icmp slt i64 %next31, %251
  br i1 %288, label %loop22, label %exit23

exit23:                                           ; preds = %exit28, %exit12
  br label %289

289:                                              ; preds = %exit23, %183
  %next32 = add nsw i64 %task, 1
  %290 = icmp slt i64 %next32, %end
  br i1 %290, label %loop, label %exit

exit:                                             ; preds = %289, %start
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
define internal void @kernel.k2_classes_rows(ptr %buffer, ptr %run, i64 %begin, i64 %end) #0 {
entry:
  %acc1 = alloca <8 x float>, align 32
  %acc = alloca <8 x float>, align 32
  %0 = getelementptr inbounds ptr, ptr %buffer, i64 0
  %classes_add = load ptr, ptr %0, align 8, !invariant.load !0
  %1 = getelementptr inbounds ptr, ptr %buffer, i64 1
  %output0 = load ptr, ptr %1, align 8, !invariant.load !0
  br label %start

start:                                            ; preds = %entry
  %2 = icmp slt i64 %begin, %end
  br i1 %2, label %enter, label %exit

enter:                                            ; preds = %start
  br label %loop

loop:                                             ; preds = %loop, %enter
  %task = phi i64 [ %begin, %enter ], [ %next, %loop ]
  store <8 x float> <float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000>, ptr %acc, align 32
  %3 = mul i64 %task, 3
  %4 = getelementptr float, ptr %classes_add, i64 %3
  %5 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %6 = call i64 @llvm.smin.i64(i64 %5, i64 8)
  %7 = trunc i64 %6 to i32
  %8 = insertelement <8 x i32> poison, i32 %7, i64 0
  %9 = shufflevector <8 x i32> %8, <8 x i32> poison, <8 x i32> zeroinitializer
  %10 = icmp ugt <8 x i32> %9, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %11 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %4, i32 4, <8 x i1> %10, <8 x float> zeroinitializer), !alias.scope !27, !noalias !30
  %12 = select <8 x i1> <i1 true, i1 true, i1 true, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> %11, <8 x float> <float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000, float 0xFFF0000000000000>
  %13 = load <8 x float>, ptr %acc, align 32
  %14 = fcmp ogt <8 x float> %13, %12
  %15 = select <8 x i1> %14, <8 x float> %13, <8 x float> %12
  %16 = fcmp uno <8 x float> %13, %13
  %17 = select <8 x i1> %16, <8 x float> %13, <8 x float> %15
  store <8 x float> %17, ptr %acc, align 32
  %18 = load <8 x float>, ptr %acc, align 32
  %19 = shufflevector <8 x float> %18, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %20 = shufflevector <8 x float> %18, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %21 = fcmp ogt <4 x float> %19, %20
  %22 = select <4 x i1> %21, <4 x float> %19, <4 x float> %20
  %23 = fcmp uno <4 x float> %19, %19
  %24 = select <4 x i1> %23, <4 x float> %19, <4 x float> %22
  %25 = shufflevector <4 x float> %24, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %26 = shufflevector <4 x float> %24, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %27 = fcmp ogt <2 x float> %25, %26
  %28 = select <2 x i1> %27, <2 x float> %25, <2 x float> %26
  %29 = fcmp uno <2 x float> %25, %25
  %30 = select <2 x i1> %29, <2 x float> %25, <2 x float> %28
  %31 = extractelement <2 x float> %30, i64 0
  %32 = extractelement <2 x float> %30, i64 1
  %33 = fcmp ogt float %31, %32
  %34 = select i1 %33, float %31, float %32
  %35 = fcmp uno float %31, %31
  %36 = select i1 %35, float %31, float %34
  store <8 x float> zeroinitializer, ptr %acc1, align 32
  %37 = mul i64 %task, 3
  %38 = getelementptr float, ptr %classes_add, i64 %37
  %39 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %40 = call i64 @llvm.smin.i64(i64 %39, i64 8)
  %41 = trunc i64 %40 to i32
  %42 = insertelement <8 x i32> poison, i32 %41, i64 0
  %43 = shufflevector <8 x i32> %42, <8 x i32> poison, <8 x i32> zeroinitializer
  %44 = icmp ugt <8 x i32> %43, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %45 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %38, i32 4, <8 x i1> %44, <8 x float> zeroinitializer), !alias.scope !27, !noalias !30
  %46 = insertelement <8 x float> poison, float %36, i64 0
  %47 = shufflevector <8 x float> %46, <8 x float> poison, <8 x i32> zeroinitializer
  %48 = fsub <8 x float> %45, %47
  %49 = fcmp olt <8 x float> %48, <float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02>
  %50 = select <8 x i1> %49, <8 x float> <float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02>, <8 x float> %48
  %51 = fcmp olt <8 x float> <float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01>, %50
  %52 = select <8 x i1> %51, <8 x float> <float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01>, <8 x float> %50
  %53 = call <8 x float> @llvm.fma.v8f32(<8 x float> %52, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %54 = fsub <8 x float> %53, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %55 = call <8 x float> @llvm.fma.v8f32(<8 x float> %54, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %52)
  %56 = bitcast <8 x float> %53 to <8 x i32>
  %57 = sub <8 x i32> %56, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %58 = call <8 x float> @llvm.fma.v8f32(<8 x float> %54, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %55)
  %59 = fmul <8 x float> %58, %58
  %60 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %58, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %61 = call <8 x float> @llvm.fma.v8f32(<8 x float> %60, <8 x float> %58, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %62 = call <8 x float> @llvm.fma.v8f32(<8 x float> %61, <8 x float> %58, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %63 = call <8 x float> @llvm.fma.v8f32(<8 x float> %62, <8 x float> %58, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %64 = call <8 x float> @llvm.fma.v8f32(<8 x float> %59, <8 x float> %63, <8 x float> %58)
  %65 = fadd <8 x float> %64, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %66 = ashr <8 x i32> %57, <i32 1, i32 1, i32 1, i32 1, i32 1, i32 1, i32 1, i32 1>
  %67 = add <8 x i32> %66, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %68 = shl <8 x i32> %67, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %69 = bitcast <8 x i32> %68 to <8 x float>
  %70 = fmul <8 x float> %65, %69
  %71 = sub <8 x i32> %57, %66
  %72 = add <8 x i32> %71, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %73 = shl <8 x i32> %72, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %74 = bitcast <8 x i32> %73 to <8 x float>
  %75 = fmul <8 x float> %70, %74
  %76 = select <8 x i1> <i1 true, i1 true, i1 true, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> %75, <8 x float> zeroinitializer
  %77 = load <8 x float>, ptr %acc1, align 32
  %78 = fadd <8 x float> %77, %76
  store <8 x float> %78, ptr %acc1, align 32
  %79 = load <8 x float>, ptr %acc1, align 32
  %80 = shufflevector <8 x float> %79, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %81 = shufflevector <8 x float> %79, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %82 = fadd <4 x float> %80, %81
  %83 = shufflevector <4 x float> %82, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %84 = shufflevector <4 x float> %82, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %85 = fadd <2 x float> %83, %84
  %86 = extractelement <2 x float> %85, i64 0
  %87 = extractelement <2 x float> %85, i64 1
  %88 = fadd float %86, %87
  %89 = mul i64 %task, 3
  %90 = getelementptr float, ptr %classes_add, i64 %89
  %91 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %92 = call i64 @llvm.smin.i64(i64 %91, i64 8)
  %93 = trunc i64 %92 to i32
  %94 = insertelement <8 x i32> poison, i32 %93, i64 0
  %95 = shufflevector <8 x i32> %94, <8 x i32> poison, <8 x i32> zeroinitializer
  %96 = icmp ugt <8 x i32> %95, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %97 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %90, i32 4, <8 x i1> %96, <8 x float> zeroinitializer), !alias.scope !27, !noalias !30
  %98 = insertelement <8 x float> poison, float %36, i64 0
  %99 = shufflevector <8 x float> %98, <8 x float> poison, <8 x i32> zeroinitializer
  %100 = fsub <8 x float> %97, %99
  %101 = fcmp olt <8 x float> %100, <float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02>
  %102 = select <8 x i1> %101, <8 x float> <float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02, float -1.045000e+02>, <8 x float> %100
  %103 = fcmp olt <8 x float> <float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01>, %102
  %104 = select <8 x i1> %103, <8 x float> <float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01, float 8.900000e+01>, <8 x float> %102
  %105 = call <8 x float> @llvm.fma.v8f32(<8 x float> %104, <8 x float> <float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000, float 0x3FF7154760000000>, <8 x float> <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>)
  %106 = fsub <8 x float> %105, <float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000, float 0x4168000000000000>
  %107 = call <8 x float> @llvm.fma.v8f32(<8 x float> %106, <8 x float> <float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000, float 0xBFE62E4300000000>, <8 x float> %104)
  %108 = bitcast <8 x float> %105 to <8 x i32>
  %109 = sub <8 x i32> %108, <i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504, i32 1262485504>
  %110 = call <8 x float> @llvm.fma.v8f32(<8 x float> %106, <8 x float> <float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000, float 0x3E205C6100000000>, <8 x float> %107)
  %111 = fmul <8 x float> %110, %110
  %112 = call <8 x float> @llvm.fma.v8f32(<8 x float> <float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000, float 0x3F56A4DB00000000>, <8 x float> %110, <8 x float> <float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000, float 0x3F8123E580000000>)
  %113 = call <8 x float> @llvm.fma.v8f32(<8 x float> %112, <8 x float> %110, <8 x float> <float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000, float 0x3FA5558B80000000>)
  %114 = call <8 x float> @llvm.fma.v8f32(<8 x float> %113, <8 x float> %110, <8 x float> <float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000, float 0x3FC55548C0000000>)
  %115 = call <8 x float> @llvm.fma.v8f32(<8 x float> %114, <8 x float> %110, <8 x float> <float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000, float 0x3FDFFFFFC0000000>)
  %116 = call <8 x float> @llvm.fma.v8f32(<8 x float> %111, <8 x float> %115, <8 x float> %110)
  %117 = fadd <8 x float> %116, <float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00, float 1.000000e+00>
  %118 = ashr <8 x i32> %109, <i32 1, i32 1, i32 1, i32 1, i32 1, i32 1, i32 1, i32 1>
  %119 = add <8 x i32> %118, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %120 = shl <8 x i32> %119, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %121 = bitcast <8 x i32> %120 to <8 x float>
  %122 = fmul <8 x float> %117, %121
  %123 = sub <8 x i32> %109, %118
  %124 = add <8 x i32> %123, <i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127, i32 127>
  %125 = shl <8 x i32> %124, <i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23, i32 23>
  %126 = bitcast <8 x i32> %125 to <8 x float>
  %127 = fmul <8 x float> %122, %126
  %128 = insertelement <8 x float> poison, float %88, i64 0
  %129 = shufflevector <8 x float> %128, <8 x float> poison, <8 x i32> zeroinitializer
  %130 = fdiv <8 x float> %127, %129
  %131 = mul i64 %task, 3
  %132 = getelementptr float, ptr %output0, i64 %131
  %133 = call i64 @llvm.smax.i64(i64 3, i64 0)
  %134 = call i64 @llvm.smin.i64(i64 %133, i64 8)
  %135 = trunc i64 %134 to i32
  %136 = insertelement <8 x i32> poison, i32 %135, i64 0
  %137 = shufflevector <8 x i32> %136, <8 x i32> poison, <8 x i32> zeroinitializer
  %138 = icmp ugt <8 x i32> %137, <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  call void @llvm.masked.store.v8f32.p0(<8 x float> %130, ptr %132, i32 4, <8 x i1> %138), !alias.scope !30, !noalias !27
  %next = add nsw i64 %task, 1
  %139 = icmp slt i64 %next, %end
  br i1 %139, label %loop, label %exit

exit:                                             ; preds = %loop, %start
  ret void
}

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
  %hidden_kernel = load ptr, ptr %8, align 8
  %9 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %hidden_kernel, ptr %9, align 8
  %10 = getelementptr ptr, ptr %inputs, i64 0
  %input = load ptr, ptr %10, align 8
  %11 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %input, ptr %11, align 8
  %12 = getelementptr ptr, ptr %variables, i64 1
  %hidden_bias = load ptr, ptr %12, align 8
  %13 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %hidden_bias, ptr %13, align 8
  %14 = mul i64 %batch, 0
  %15 = add i64 %14, 0
  %hidden_relu = getelementptr i8, ptr %arena, i64 %15
  %16 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %hidden_relu, ptr %16, align 8
  %few = icmp slt i64 %tasks, 712
  br i1 %few, label %here, label %shared

here:                                             ; preds = %entry
  call void @kernel.k0_hidden_contract(ptr %buffers, ptr %run, i64 0, i64 %tasks)
  br label %19

shared:                                           ; preds = %entry
  %17 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for = load ptr, ptr %17, align 8
  %18 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user = load ptr, ptr %18, align 8
  call void %parallel_for(ptr %parallel_user, ptr @kernel.k0_hidden_contract, ptr %buffers, ptr %run, i64 %tasks, i64 356)
  br label %19

19:                                               ; preds = %shared, %here
  %20 = mul i64 %batch, 1
  %21 = add i64 %20, 5
  %22 = udiv i64 %21, 6
  %tasks1 = mul i64 %22, 1
  %23 = getelementptr ptr, ptr %variables, i64 2
  %classes_kernel = load ptr, ptr %23, align 8
  %24 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %classes_kernel, ptr %24, align 8
  %25 = mul i64 %batch, 0
  %26 = add i64 %25, 0
  %hidden_relu2 = getelementptr i8, ptr %arena, i64 %26
  %27 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %hidden_relu2, ptr %27, align 8
  %28 = getelementptr ptr, ptr %variables, i64 3
  %classes_bias = load ptr, ptr %28, align 8
  %29 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 2
  store ptr %classes_bias, ptr %29, align 8
  %30 = mul i64 %batch, 64
  %31 = add i64 %30, 0
  %classes_add = getelementptr i8, ptr %arena, i64 %31
  %32 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 3
  store ptr %classes_add, ptr %32, align 8
  %few3 = icmp slt i64 %tasks1, 828
  br i1 %few3, label %here4, label %shared5

here4:                                            ; preds = %19
  call void @kernel.k1_classes_contract(ptr %buffers, ptr %run, i64 0, i64 %tasks1)
  br label %35

shared5:                                          ; preds = %19
  %33 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for6 = load ptr, ptr %33, align 8
  %34 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user7 = load ptr, ptr %34, align 8
  call void %parallel_for6(ptr %parallel_user7, ptr @kernel.k1_classes_contract, ptr %buffers, ptr %run, i64 %tasks1, i64 414)
  br label %35

35:                                               ; preds = %shared5, %here4
  %36 = mul i64 %batch, 1
  %37 = add i64 %36, 0
  %38 = udiv i64 %37, 1
  %tasks8 = mul i64 %38, 1
  %39 = mul i64 %batch, 64
  %40 = add i64 %39, 0
  %classes_add9 = getelementptr i8, ptr %arena, i64 %40
  %41 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 0
  store ptr %classes_add9, ptr %41, align 8
  %42 = getelementptr ptr, ptr %outputs, i64 0
  %output0 = load ptr, ptr %42, align 8
  %43 = getelementptr inbounds [4 x ptr], ptr %buffers, i64 0, i64 1
  store ptr %output0, ptr %43, align 8
  %few10 = icmp slt i64 %tasks8, 4286
  br i1 %few10, label %here11, label %shared12

here11:                                           ; preds = %35
  call void @kernel.k2_classes_rows(ptr %buffers, ptr %run, i64 0, i64 %tasks8)
  br label %46

shared12:                                         ; preds = %35
  %44 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 13
  %parallel_for13 = load ptr, ptr %44, align 8
  %45 = getelementptr inbounds %kcc_run, ptr %run, i32 0, i32 14
  %parallel_user14 = load ptr, ptr %45, align 8
  call void %parallel_for13(ptr %parallel_user14, ptr @kernel.k2_classes_rows, ptr %buffers, ptr %run, i64 %tasks8, i64 2143)
  br label %46

46:                                               ; preds = %shared12, %here11
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
!7 = !{!"k0_hidden_contract.hidden_relu", !3}
!8 = !{!5}
!9 = !{!2, !6, !7}
!10 = !{!6}
!11 = !{!2, !5, !7}
!12 = !{!7}
!13 = !{!2, !5, !6}
!14 = !{!15}
!15 = !{!"k1_classes_contract.classes_kernel", !16}
!16 = !{!"k1_classes_contract"}
!17 = !{!18, !19, !20}
!18 = !{!"k1_classes_contract.hidden_relu", !16}
!19 = !{!"k1_classes_contract.classes_bias", !16}
!20 = !{!"k1_classes_contract.classes_add", !16}
!21 = !{!18}
!22 = !{!15, !19, !20}
!23 = !{!19}
!24 = !{!15, !18, !20}
!25 = !{!20}
!26 = !{!15, !18, !19}
!27 = !{!28}
!28 = !{!"k2_classes_rows.classes_add", !29}
!29 = !{!"k2_classes_rows"}
!30 = !{!31}
!31 = !{!"k2_classes_rows.output0", !29}
