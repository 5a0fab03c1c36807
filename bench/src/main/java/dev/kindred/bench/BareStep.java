package dev.kindred.bench;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Layer;
import dev.kindred.encode.Weights;
import java.util.List;

/**
 * The peer of a training step: conv4 from DJL's own blocks, DJL's Adam, InfoNCE by DJL's automatic differentiation, on one ready batch
 * in the layout that DJL's examples use.
 */
final class BareStep implements AutoCloseable {
    private static final double UNLIKELY = 1e9;

    private final Architecture architecture;
    private final Model model;
    private final Trainer trainer;
    private final NDManager manager;
    private final float[] batch;
    private final Shape shape;
    private final double temperature;
    private final NDArray self;
    private final NDArray positive;

    /**
     * @param weights to start from, those of the same architecture
     * @param batch {@code [n, c, h, w]}, rows 2i and 2i + 1 alike
     */
    BareStep(
            Architecture architecture,
            Weights weights,
            float[] batch,
            int n,
            double temperature,
            double learningRate,
            Device device) {
        this.architecture = architecture;
        this.batch = batch;
        this.temperature = temperature;
        var in = architecture.input();
        this.shape = new Shape(n, in.channels(), in.height(), in.width());
        this.model = Model.newInstance("conv4", device, "PyTorch");
        model.setBlock(block());
        Adam adam = Adam.builder()
                .optLearningRateTracker(Tracker.fixed((float) learningRate))
                .build();
        this.trainer = model.newTrainer(
                new DefaultTrainingConfig(Loss.l2Loss()).optOptimizer(adam).optDevices(new Device[] {device}));
        trainer.initialize(shape);
        start(weights);
        this.manager = trainer.getManager();
        this.self = manager.eye(n).mul(UNLIKELY);
        float[] pairs = new float[n * n];
        for (int i = 0; i < n; i++) {
            pairs[i * n + (i ^ 1)] = 1;
        }
        this.positive = manager.create(pairs, new Shape(n, n));
    }

    private SequentialBlock block() {
        SequentialBlock block = new SequentialBlock();
        for (Layer layer : architecture.layers()) {
            switch (layer) {
                case Layer.Convolution c ->
                    block.add(Conv2d.builder()
                            .setFilters(c.filters())
                            .setKernelShape(new Shape(c.kernel(), c.kernel()))
                            .optStride(new Shape(c.stride(), c.stride()))
                            .optPadding(new Shape(c.padding(), c.padding()))
                            .optBias(c.bias())
                            .build());
                case Layer.BatchNorm b ->
                    block.add(BatchNorm.builder()
                            .optEpsilon(Layer.BatchNorm.EPSILON)
                            .optMomentum(0.1f)
                            .build());
                case Layer.Relu r -> block.add(Activation.reluBlock());
                case Layer.MaxPool p ->
                    block.add(Pool.maxPool2dBlock(new Shape(p.size(), p.size()), new Shape(p.stride(), p.stride())));
                case Layer.Flatten f -> block.add(Blocks.batchFlattenBlock());
                case Layer.Linear l ->
                    block.add(Linear.builder()
                            .setUnits(l.units())
                            .optBias(l.bias())
                            .build());
                case Layer.UnitLength u ->
                    block.add(LambdaBlock.singleton(a -> a.normalize(2, 1, Layer.UnitLength.EPSILON)));
                case Layer.GlobalAveragePool g -> throw new IllegalArgumentException("conv4 has no average pooling");
                case Layer.Residual r -> throw new IllegalArgumentException("conv4 has no residual");
            }
        }
        return block;
    }

    private void start(Weights weights) {
        List<Parameter> own = model.getBlock().getParameters().values();
        List<dev.kindred.encode.Parameter> ours = weights.parameters();
        if (own.size() != ours.size()) {
            throw new IllegalStateException(
                    own.size() + " parameters in DJL's graph, " + ours.size() + " in Kindred's");
        }
        for (int i = 0; i < own.size(); i++) {
            float[] values = weights.copy(ours.get(i).name());
            NDArray array = own.get(i).getArray();
            if (array.size() != values.length) {
                throw new IllegalStateException(ours.get(i).name() + " has another size in DJL's graph");
            }
            array.set(values);
        }
    }

    /** Embeddings {@code [n, d]} of the batch before any step, by the moving statistics. */
    float[] embeddings() {
        try (NDManager step = manager.newSubManager()) {
            NDArray pictures = step.create(batch, shape);
            return trainer.evaluate(new NDList(pictures)).singletonOrThrow().toFloatArray();
        }
    }

    /** One step; the loss. */
    double step() {
        try (NDManager step = manager.newSubManager()) {
            NDArray pictures = step.create(batch, shape);
            double value;
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDArray embeddings = trainer.forward(new NDList(pictures)).singletonOrThrow();
                NDArray scores = embeddings
                        .matMul(embeddings.transpose())
                        .div(temperature)
                        .sub(self);
                NDArray loss = scores.logSoftmax(1).mul(positive).sum().div(-(double) shape.get(0));
                collector.backward(loss);
                value = loss.toType(DataType.FLOAT32, false).getFloat();
            }
            trainer.step();
            return value;
        }
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
