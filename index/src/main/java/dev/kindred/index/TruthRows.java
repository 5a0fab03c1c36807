package dev.kindred.index;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Rows of one statement, which hold their moment until closed. */
final class TruthRows implements AutoCloseable {
    private final Path file;
    private final PreparedStatement statement;
    private final ResultSet rows;

    TruthRows(Path file, Connection connection, String sql, long after) throws SQLException {
        this.file = file;
        statement = connection.prepareStatement(sql);
        try {
            statement.setLong(1, after);
            rows = statement.executeQuery();
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    <T> Iterator<T> map(Row<T> read) {
        return new Iterator<>() {
            private boolean ready;
            private boolean ended;

            @Override
            public boolean hasNext() {
                try {
                    if (!ready && !ended) {
                        ready = rows.next();
                        ended = !ready;
                    }
                    return ready;
                } catch (SQLException e) {
                    throw TruthFile.failed(file, e);
                }
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                ready = false;
                try {
                    return read.of(rows);
                } catch (SQLException e) {
                    throw TruthFile.failed(file, e);
                }
            }
        };
    }

    @Override
    public void close() {
        try {
            statement.close();
        } catch (SQLException e) {
            throw TruthFile.failed(file, e);
        }
    }
}
