package dev.kindred.index;

/**
 * What an embedded index takes.
 *
 * @param fileBytes all of its files
 * @param vectorBytes its rows of numbers
 * @param payloadBytes its payloads
 * @param sourceBytes its sources
 */
public record IndexStats(IndexInfo info, long fileBytes, long vectorBytes, long payloadBytes, long sourceBytes) {}
