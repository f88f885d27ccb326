/*
 * A model as plain C: student_c.c, made by kcc, trains in memory that this program provides.  No library, no
 * files.
 *
 * Exit status 0 if the loss fell below a tenth.
 */
#include "student_c.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 32, STEPS = 2000 };

int main(void) {
    static float x[BATCH][4], y[BATCH][2];
    float loss = 0, first = 0;
    void *memory = aligned_alloc(64, student_memory_size(BATCH));
    struct student *student = memory ? student_init(memory, BATCH, 1) : NULL;
    if (!student) return 1;
    srand(1);
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < BATCH; i++) {
            for (int k = 0; k < 4; k++) x[i][k] = 2.f * (float)rand() / (float)RAND_MAX - 1;
            y[i][0] = x[i][0] * x[i][1]; /* what is to be learnt */
            y[i][1] = x[i][2] > x[i][3] ? x[i][2] : x[i][3];
        }
        student_reset_metrics(student);
        if (student_train_step(student, BATCH, &x[0][0], &y[0][0], NULL)) return 1;
        student_results(student, &loss);
        if (step == 0) first = loss;
    }
    student_predict(student, 1, &x[0][0], &y[0][0]);
    printf("loss %.4f in the first step, %.4f in step %d\n", first, loss, STEPS);
    printf("%.2f * %.2f is about %.2f, the larger of %.2f and %.2f about %.2f\n", x[0][0], x[0][1], y[0][0],
           x[0][2], x[0][3], y[0][1]);
    free(memory);
    return loss < 0.1f * first ? 0 : 1;
}
