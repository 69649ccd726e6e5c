package dev.iambroker.it.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Measures one or more figures in one go. */
interface Experiment {
    List<Figure> figures();

    /**
     * Leaves nothing behind.
     *
     * @return a measurement for the name of each figure
     * @throws NotMeasurable if this machine lacks something
     */
    Map<String, Measured> run(Site site) throws IOException, InterruptedException, NotMeasurable;
}
