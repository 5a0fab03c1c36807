package dev.kindred.core.near;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Things chained by likeness (union–find). Many threads may join; what is joined in the end does not depend on their order. A cluster is
 * named after its first member.
 */
final class Clusters {
    private final AtomicIntegerArray parents;

    Clusters(int n) {
        parents = new AtomicIntegerArray(n);
        for (int i = 0; i < n; i++) {
            parents.set(i, i);
        }
    }

    int of(int member) {
        int at = member;
        int parent = parents.get(at);
        while (parent != at) {
            // The way is halved: each is hung under its parent's parent, which stays right whoever else joins.
            int above = parents.get(parent);
            parents.compareAndSet(at, parent, above);
            at = above;
            parent = parents.get(at);
        }
        return at;
    }

    void join(int a, int b) {
        while (true) {
            int first = of(a);
            int second = of(b);
            if (first == second) {
                return;
            }
            if (parents.compareAndSet(Math.max(first, second), Math.max(first, second), Math.min(first, second))) {
                return;
            }
        }
    }

    /** The cluster of each. */
    int[] all() {
        int[] of = new int[parents.length()];
        for (int i = 0; i < of.length; i++) {
            of[i] = of(i);
        }
        return of;
    }
}
